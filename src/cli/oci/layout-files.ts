/** The files of an OCI image layout, wherever they are kept. Paths are relative, with `/`. */
export interface LayoutFiles {
  /** How messages to people name a file of this layout; the layout itself for no path. */
  label(path?: string): string;
  /**
   * The whole content of a small file; `undefined` when it is absent.
   *
   * @throws ImageFileError for a file beyond {@link maximumDocumentBytes}, or one that leads out of the layout
   */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Bytes of a file, without loading it; `undefined` when it is absent. */
  size(path: string): Promise<number | undefined>;
  /**
   * The digest of a file's content, in the algorithm of the blob directory it is in. `undefined` when it is absent,
   * or when finding it means reading a large file and `evenIfLarge` is false.
   */
  digest(path: string, evenIfLarge: boolean): Promise<string | undefined>;
}

/** Where a layout keeps the content of a digest. */
export function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** The algorithm that names the files of a blob directory; SHA-256 elsewhere. */
export function algorithmOf(path: string): 'sha256' | 'sha512' {
  return path.startsWith('blobs/sha512/') ? 'sha512' : 'sha256';
}
