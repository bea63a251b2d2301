import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Extract } from 'tar-stream';
import { extract } from 'tar-stream';
import type { ArchivedFile } from './archive-listing.js';
import { ArchiveListing, archivePath } from './archive-listing.js';
import { maximumDocumentBytes } from './image-content.js';
import { ImageFileError } from './image-file-error.js';
import { algorithmOf } from './layout-files.js';

const maximumEntries = 100_000;
const maximumKeptBytes = 64 * 1024 * 1024;
const longestMagic = 6;

/**
 * Reads a tar once from front to back, hashing every file on the way. Only small files that may be JSON are kept; layers
 * of any size pass through. A gzip around the tar is taken off.
 *
 * @param label the archive, for messages
 * @throws ImageFileError for what is no tar, is cut short, or holds what no image archive holds
 */
export async function scanArchive(source: AsyncIterable<Uint8Array>, label: string): Promise<ArchiveListing> {
  const { magic, bytes } = await peek(source);
  const compression = compressionOf(magic);
  if (magic.length === 0) throw new ImageFileError(label, 'is empty');
  if (compression !== 'none' && compression !== 'gzip') {
    throw new ImageFileError(label, `is compressed with ${compression}`, 'decompress it first');
  }
  const scan = new Scan(label);
  const archive = extract();
  const input = Readable.from(bytes, { objectMode: false });
  const sink = sinkInto(archive);
  const feeding = compression === 'gzip' ? pipeline(input, createGunzip(), sink) : pipeline(input, sink);
  try {
    await Promise.all([
      feeding.catch((error: unknown) => {
        abandon(archive, error);
      }),
      scan.run(archive),
    ]);
  } catch (error) {
    sink.destroy();
    throw error instanceof ImageFileError ? error : unreadable(label, error);
  }
  return scan.listing;
}

type ArchiveEntry = Extract extends AsyncIterable<infer Entry> ? Entry : never;

/** The tar reader is a stream of another family; this one can stand at the end of a pipeline. */
function sinkInto(archive: Extract): Writable {
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      if (archive.write(chunk)) done();
      else
        archive.once('drain', () => {
          done();
        });
    },
    final(done) {
      archive.end(null);
      done();
    },
  });
  archive.once('close', () => {
    sink.destroy();
  });
  return sink;
}

/** Ends the reading side with the fault of the feeding side, unless it ended by itself before. */
function abandon(archive: Extract, error: unknown): void {
  archive.destroy(error instanceof Error ? error : new Error(String(error)));
}

class Scan {
  readonly listing: ArchiveListing;
  private keptBytes = 0;

  constructor(private readonly label: string) {
    this.listing = new ArchiveListing(label);
  }

  async run(entries: AsyncIterable<ArchiveEntry>): Promise<void> {
    for await (const entry of entries) {
      await this.take(entry);
      if (this.listing.count > maximumEntries) {
        throw new ImageFileError(this.label, `holds more than ${String(maximumEntries)} files`);
      }
    }
  }

  private async take(entry: ArchiveEntry): Promise<void> {
    const { type, name, linkname } = entry.header;
    const path = archivePath(name, this.label);
    switch (type) {
      case 'directory':
        entry.resume();
        return;
      case 'file':
      case 'contiguous-file':
        this.listing.addFile(path, await this.readFile(entry, path));
        return;
      case 'symlink':
        entry.resume();
        this.listing.addLink(path, archivePath(posix.join(posix.dirname(path), absoluteAsIs(linkname)), this.label));
        return;
      case 'link':
        entry.resume();
        this.listing.addLink(path, archivePath(linkname, this.label));
        return;
      default:
        throw new ImageFileError(this.label, `holds ${path}, which is no file (${type})`);
    }
  }

  private async readFile(entry: ArchiveEntry, path: string): Promise<ArchivedFile> {
    const algorithm = algorithmOf(path);
    const hash = createHash(algorithm);
    const kept: Uint8Array[] = [];
    let head = Buffer.alloc(0);
    let size = 0;
    let isKept = entry.header.size <= maximumDocumentBytes;
    for await (const chunk of entry) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('the tar reader delivered something other than bytes');
      hash.update(chunk);
      size += chunk.byteLength;
      if (head.length < longestMagic) {
        head = Buffer.concat([head, chunk.subarray(0, longestMagic - head.length)]);
        isKept &&= startsLikeJson(head);
      }
      if (isKept) kept.push(chunk);
    }
    const document = isKept ? this.keep(Buffer.concat(kept)) : undefined;
    return { size, digest: `${algorithm}:${hash.digest('hex')}`, compression: layerCompression(head), document };
  }

  private keep(document: Buffer): Buffer {
    this.keptBytes += document.length;
    if (this.keptBytes > maximumKeptBytes) {
      throw new ImageFileError(this.label, 'holds more JSON than any image needs', 'do not trust this file');
    }
    return document;
  }
}

/** A link with an absolute target would be joined into the archive; it must be refused as what it is. */
function absoluteAsIs(target: string): string {
  return target.startsWith('/') ? `${'../'.repeat(64)}${target.slice(1)}` : target;
}

function startsLikeJson(head: Buffer): boolean {
  const first = head.toString('latin1').trimStart().charAt(0);
  return first === '' || first === '{' || first === '[';
}

function layerCompression(head: Buffer): ArchivedFile['compression'] {
  const compression = compressionOf(head);
  return compression === 'gzip' || compression === 'zstd' ? compression : 'none';
}

function compressionOf(head: Buffer): 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2' {
  const hex = head.toString('hex');
  if (hex.startsWith('1f8b')) return 'gzip';
  if (hex.startsWith('28b52ffd')) return 'zstd';
  if (hex.startsWith('fd377a585a00')) return 'xz';
  if (hex.startsWith('425a68')) return 'bzip2';
  return 'none';
}

/** The first bytes of a stream, and the stream whole again. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly magic: Buffer; readonly bytes: AsyncIterable<Uint8Array> }> {
  const rest = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < longestMagic) {
    const next = await rest.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* whole(): AsyncIterable<Uint8Array> {
    if (head.length > 0) yield head;
    yield* { [Symbol.asyncIterator]: () => rest };
  }
  return { magic: head.subarray(0, longestMagic), bytes: whole() };
}

function unreadable(label: string, error: unknown): ImageFileError {
  const reason = error instanceof Error ? error.message : String(error);
  if (/unexpected end/i.test(reason)) {
    return new ImageFileError(
      label,
      'ends too early',
      'it was not written or copied completely: export the image again',
    );
  }
  return new ImageFileError(label, `is not a readable tar (${reason})`, 'write it with `docker save -o FILE IMAGE`');
}
