import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { maximumDocumentBytes } from './image-content.js';
import { ImageFileError } from './image-file-error.js';
import type { LayoutFiles } from './layout-files.js';
import { algorithmOf } from './layout-files.js';

/** A layout in a directory. Links that lead out of it, devices and pipes are refused, never opened for reading. */
export class DirectoryFiles implements LayoutFiles {
  private constructor(
    private readonly shown: string,
    private readonly root: string,
  ) {}

  /** @throws the system's error when there is no such directory */
  static async open(directory: string): Promise<DirectoryFiles> {
    return new DirectoryFiles(directory, await realpath(directory));
  }

  label(path?: string): string {
    return path === undefined ? this.shown : join(this.shown, path);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.withFile(path, async (handle, size) => {
      if (size > maximumDocumentBytes) {
        throw new ImageFileError(
          this.label(path),
          `has ${String(size)} bytes, where at most ${String(maximumDocumentBytes)} are expected`,
        );
      }
      return handle.readFile();
    });
  }

  async size(path: string): Promise<number | undefined> {
    return this.withFile(path, (_, size) => Promise.resolve(size));
  }

  async digest(path: string, evenIfLarge: boolean): Promise<string | undefined> {
    if (!evenIfLarge) return undefined;
    return this.withFile(path, async (handle) => {
      const algorithm = algorithmOf(path);
      const hash = createHash(algorithm);
      const stream: AsyncIterable<Uint8Array> = handle.createReadStream({ autoClose: false, highWaterMark: 1 << 20 });
      for await (const chunk of stream) hash.update(chunk);
      return `${algorithm}:${hash.digest('hex')}`;
    });
  }

  private async withFile<T>(
    path: string,
    use: (handle: FileHandle, size: number) => Promise<T>,
  ): Promise<T | undefined> {
    const handle = await this.openInside(path);
    if (handle === undefined) return undefined;
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new ImageFileError(this.label(path), 'is not a regular file');
      return await use(handle, stat.size);
    } finally {
      await handle.close();
    }
  }

  private async openInside(path: string): Promise<FileHandle | undefined> {
    try {
      const real = await realpath(join(this.root, path));
      if (!real.startsWith(this.root.endsWith(sep) ? this.root : this.root + sep)) {
        throw new ImageFileError(
          this.label(path),
          'is a link that leads out of the layout',
          `copy the layout with its links resolved (cp -rL ${this.shown} COPY) and push the copy`,
        );
      }
      // Without O_NONBLOCK, opening a pipe would wait for a writer that never comes.
      return await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    } catch (error) {
      if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')) return undefined;
      if (isSystemError(error, 'EACCES')) {
        throw new ImageFileError(this.label(path), 'may not be read', 'check its permissions');
      }
      if (isSystemError(error, 'ELOOP')) throw new ImageFileError(this.label(path), 'is a link in a circle');
      throw error;
    }
  }
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
