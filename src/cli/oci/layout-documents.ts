import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Descriptor, ImageConfig, ImageIndex, ImageManifest } from './documents.js';
import { configSchema, indexSchema, manifestSchema, parseDocument } from './documents.js';
import { maximumDocumentBytes } from './image-content.js';
import { ImageFileError } from './image-file-error.js';
import type { LayoutFiles } from './layout-files.js';
import { blobPath } from './layout-files.js';

/** Reads the documents a layout keeps by digest. What they say is believed only after their content matched the digest. */
export class LayoutDocuments {
  constructor(private readonly files: LayoutFiles) {}

  async index(descriptor: Descriptor): Promise<ImageIndex> {
    const index = await this.document(indexSchema, descriptor);
    this.checkMediaType(descriptor, index.mediaType);
    return index;
  }

  async manifest(descriptor: Descriptor): Promise<ImageManifest> {
    const manifest = await this.document(manifestSchema, descriptor);
    this.checkMediaType(descriptor, manifest.mediaType);
    return manifest;
  }

  async config(descriptor: Descriptor): Promise<ImageConfig> {
    return this.document(configSchema, descriptor);
  }

  /** True when the content of a descriptor is there; whether it is right shows when it is read. */
  async has(descriptor: Descriptor): Promise<boolean> {
    return (await this.files.size(blobPath(descriptor.digest))) !== undefined;
  }

  /**
   * Checks that the content of a descriptor is there, with the size it says, and with its digest where that is cheap
   * or asked for.
   *
   * @throws ImageFileError
   */
  async check(descriptor: Descriptor, hashLargeFiles: boolean): Promise<void> {
    const path = blobPath(descriptor.digest);
    const size = await this.files.size(path);
    if (size === undefined) throw this.missing(descriptor);
    this.checkSize(descriptor, size);
    const digest = await this.files.digest(path, hashLargeFiles);
    if (digest !== undefined && digest !== descriptor.digest) throw this.altered(descriptor, digest);
  }

  missing(descriptor: Descriptor): ImageFileError {
    return new ImageFileError(
      this.files.label(blobPath(descriptor.digest)),
      'is missing, though the image refers to it',
      'export the image again, completely',
    );
  }

  private async document<T>(schema: z.ZodType<T>, descriptor: Descriptor): Promise<T> {
    const path = blobPath(descriptor.digest);
    const label = this.files.label(path);
    if (descriptor.size > maximumDocumentBytes) {
      throw new ImageFileError(label, `is said to have ${String(descriptor.size)} bytes, too many for a document`);
    }
    const bytes = await this.files.read(path);
    if (bytes === undefined) throw this.missing(descriptor);
    this.checkSize(descriptor, bytes.byteLength);
    const algorithm = descriptor.digest.slice(0, descriptor.digest.indexOf(':'));
    const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
    if (digest !== descriptor.digest) throw this.altered(descriptor, digest);
    return parseDocument(schema, bytes, label);
  }

  private checkSize(descriptor: Descriptor, actual: number): void {
    if (actual === descriptor.size) return;
    throw new ImageFileError(
      this.files.label(blobPath(descriptor.digest)),
      `has ${String(actual)} bytes, where the image says ${String(descriptor.size)}`,
      'the export is incomplete or damaged: export the image again',
    );
  }

  private altered(descriptor: Descriptor, actual: string): ImageFileError {
    return new ImageFileError(
      this.files.label(blobPath(descriptor.digest)),
      `has the digest ${actual}, not the one it is named by`,
      'the export is damaged or was tampered with: export the image again',
    );
  }

  private checkMediaType(descriptor: Descriptor, own: string | undefined): void {
    if (own === undefined || own === descriptor.mediaType) return;
    throw new ImageFileError(
      this.files.label(blobPath(descriptor.digest)),
      `calls itself ${own}, where it is referred to as ${descriptor.mediaType}`,
    );
  }
}
