import { stat } from 'node:fs/promises';
import { DirectoryFiles } from './directory-files.js';
import type { ImageContent, ReadOptions } from './image-content.js';
import { ImageFileError } from './image-file-error.js';
import { parseLocation } from './image-location.js';
import { readLayout } from './layout-reader.js';

/**
 * Reads one image of an OCI image layout in a directory.
 *
 * @param location `DIR` or `DIR:REF`
 * @throws ImageFileError naming the file at fault and the remedy
 */
export async function readOciLayout(location: string, options: Omit<ReadOptions, 'reference'>): Promise<ImageContent> {
  const { path, reference } = await parseLocation(location);
  const kind = await kindOf(path);
  if (kind === 'absent') throw new ImageFileError(path, 'there is no such directory');
  if (kind === 'file') {
    throw new ImageFileError(path, 'is not a directory', 'a layout packed as a tar is read with --docker-archive');
  }
  return readLayout(await DirectoryFiles.open(path), { ...options, reference });
}

async function kindOf(path: string): Promise<'directory' | 'file' | 'absent'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'absent';
    throw error;
  }
}
