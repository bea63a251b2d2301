import { posix } from 'node:path';
import { ImageFileError } from './image-file-error.js';

/** What a pass over an archive keeps of one file. */
export interface ArchivedFile {
  readonly size: number;
  /** Of the content, as it is in the archive. */
  readonly digest: string;
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** The content itself, for small files that may be JSON. */
  readonly document: Uint8Array | undefined;
}

const maximumNameLength = 4_096;
const maximumLinks = 16;

/** The files of an archive by their path. Links are followed inside the archive only. */
export class ArchiveListing {
  private readonly files = new Map<string, ArchivedFile>();
  private readonly links = new Map<string, string>();

  /** @param label the archive, for messages */
  constructor(readonly label: string) {}

  get count(): number {
    return this.files.size + this.links.size;
  }

  /** @throws ImageFileError when the path was there before: which of the two is meant depends on the reader */
  addFile(path: string, file: ArchivedFile): void {
    this.requireNew(path);
    this.files.set(path, file);
  }

  /** @param target relative to the root of the archive */
  addLink(path: string, target: string): void {
    this.requireNew(path);
    this.links.set(path, target);
  }

  /** The file at a path or behind the links that start there. */
  find(path: string): ArchivedFile | undefined {
    let current = path;
    for (let followed = 0; followed <= maximumLinks; followed++) {
      const target = this.links.get(current);
      if (target === undefined) return this.files.get(current);
      current = target;
    }
    throw new ImageFileError(`${this.label} (${path})`, 'is a link that leads through too many others');
  }

  private requireNew(path: string): void {
    if (!this.files.has(path) && !this.links.has(path)) return;
    throw new ImageFileError(this.label, `holds ${path} twice`, 'export the image again');
  }
}

/**
 * The path an archive means by a name, relative to its root.
 *
 * @throws ImageFileError for names that lead out of the archive
 */
export function archivePath(name: string, label: string): string {
  if (name.length > maximumNameLength) {
    throw new ImageFileError(label, `holds a name of ${String(name.length)} characters`);
  }
  const normal = posix.normalize(name);
  if (normal.startsWith('/') || normal === '..' || normal.startsWith('../') || normal.includes('\0')) {
    throw new ImageFileError(
      label,
      `names ${JSON.stringify(name)}, which is outside of the archive`,
      'do not trust this file; export the image again',
    );
  }
  return normal.endsWith('/') ? normal.slice(0, -1) : normal;
}
