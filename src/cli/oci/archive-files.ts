import type { ArchiveListing } from './archive-listing.js';
import { maximumDocumentBytes } from './image-content.js';
import { ImageFileError } from './image-file-error.js';
import type { LayoutFiles } from './layout-files.js';

/** An OCI image layout packed as a tar, after the one pass over it. */
export class ArchiveFiles implements LayoutFiles {
  constructor(private readonly listing: ArchiveListing) {}

  label(path?: string): string {
    return path === undefined ? this.listing.label : `${this.listing.label} (${path})`;
  }

  read(path: string): Promise<Uint8Array | undefined> {
    const file = this.listing.find(path);
    if (file === undefined || file.document !== undefined) return Promise.resolve(file?.document);
    const fault =
      file.size > maximumDocumentBytes
        ? `has ${String(file.size)} bytes, where at most ${String(maximumDocumentBytes)} are expected`
        : 'is not valid JSON';
    return Promise.reject(new ImageFileError(this.label(path), fault));
  }

  size(path: string): Promise<number | undefined> {
    return Promise.resolve(this.listing.find(path)?.size);
  }

  digest(path: string): Promise<string | undefined> {
    return Promise.resolve(this.listing.find(path)?.digest);
  }
}
