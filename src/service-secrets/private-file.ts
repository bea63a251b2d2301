import { open, readFile, rename, stat } from 'node:fs/promises';

/** A file that only its owner may open is open to others, or cannot be read. The message names the remedy. */
export class PrivateFileError extends Error {
  override readonly name = 'PrivateFileError';
}

/**
 * The text of a file that only its owner may open, without the white space around it; `undefined` when there is none.
 *
 * @param what is in it, for messages: `the operator key`
 * @throws PrivateFileError when others may open it, or it cannot be read
 */
export async function readPrivateFile(path: string, what: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new PrivateFileError(`${what} in ${path} cannot be read: ${String(error)}`, { cause: error });
  }
  // Windows keeps no such permissions.
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new PrivateFileError(
      `others than its owner may open ${path}; run "chmod 600 ${path}", or delete it and start again for a new one`,
    );
  }
  return text.trim();
}

/** Writes one line for the owner alone, whole or not at all: a start that dies half-way leaves no half of a secret. */
export async function writePrivateFile(path: string, line: string): Promise<void> {
  await draftPrivateFile(path, line);
  await rename(draftOf(path), path);
}

/** Where a file stands before it is whole. */
export function draftOf(path: string): string {
  return `${path}.new`;
}

/** Writes one line, for the owner alone, beside the file it is to become. It is on disk when this resolves. */
export async function draftPrivateFile(path: string, line: string): Promise<void> {
  const draft = draftOf(path);
  const file = await open(draft, 'w', 0o600);
  try {
    // A draft left behind keeps the permissions it once had.
    await file.chmod(0o600);
    await file.writeFile(`${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
