import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ArchiveFiles } from './archive-files.js';
import type { ArchiveListing } from './archive-listing.js';
import { scanArchive } from './archive-scan.js';
import { isClassicArchive, readClassicArchive } from './classic-archive.js';
import type { ImageContent, ReadOptions } from './image-content.js';
import { ImageFileError, IncompleteManifestError } from './image-file-error.js';
import { parseLocation } from './image-location.js';
import { readLayout } from './layout-reader.js';

/**
 * Reads one image of an archive: `docker save` of any Docker since 1.10, `podman save`, or an OCI image layout packed
 * as a tar; plain or gzipped. The file is read once and never unpacked; layers are hashed as they pass.
 *
 * @param location `FILE`, `FILE:REF`, or `-` to read from `standardInput`
 * @throws ImageFileError naming the file at fault and the remedy
 */
export async function readDockerArchive(
  location: string,
  options: Omit<ReadOptions, 'reference' | 'verifyLayers'>,
  standardInput: AsyncIterable<Uint8Array>,
): Promise<ImageContent> {
  if (location === '-') return readListing(await scanArchive(standardInput, 'standard input'), options);
  const { path, reference } = await parseLocation(location);
  await requireFile(path);
  const stream: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 1 << 20 });
  return readListing(await scanArchive(stream, path), { ...options, reference });
}

async function readListing(listing: ArchiveListing, options: ReadOptions): Promise<ImageContent> {
  if (listing.find('oci-layout') === undefined) return readClassicArchive(listing, options);
  try {
    return await readLayout(new ArchiveFiles(listing), options);
  } catch (error) {
    // Docker 25 and 26 put a layout beside manifest.json whose manifest leaves the layers out.
    if (error instanceof IncompleteManifestError && isClassicArchive(listing)) {
      return readClassicArchive(listing, options);
    }
    throw error;
  }
}

async function requireFile(path: string): Promise<void> {
  try {
    const found = await stat(path);
    if (found.isFile()) return;
    if (found.isDirectory()) {
      throw new ImageFileError(path, 'is a directory', 'an OCI image layout is read with --oci-layout');
    }
    throw new ImageFileError(path, 'is not a regular file', 'pipe the archive in and name it -');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new ImageFileError(path, 'there is no such file', 'write it with `docker save -o FILE IMAGE`');
    }
    throw error;
  }
}
