/** What a tag is pushed with, read from an image on disk. */
export interface ImageContent {
  /** Of the manifest or index, `sha256:…` or `sha512:…`. */
  readonly digest: string;
  /** Of the manifest or index, where it is known. */
  readonly mediaType: string | undefined;
  /** Bytes of configs and layers, of every platform, each distinct digest once. */
  readonly size: number;
  /** `os/architecture[/variant]`, in the order of the index; empty for what is not an image to run. */
  readonly platforms: readonly string[];
  /** What the reader should know about how these values came about. */
  readonly notes: readonly string[];
}

/** Which image to read, and how. */
export interface ReadOptions {
  /** The name of one image where there are several: a `org.opencontainers.image.ref.name`, a repository tag, or a digest. */
  readonly reference?: string | undefined;
  /** Take only the manifest for this platform, `os/architecture[/variant]`. */
  readonly platform?: string | undefined;
  /** Hash the layers as well, not only what describes them. Archives are hashed in any case, in the one pass. */
  readonly verifyLayers?: boolean | undefined;
}

/** Larger manifests and configs are refused; registries commonly stop at the same 4 MiB. */
export const maximumDocumentBytes = 4 * 1024 * 1024;
