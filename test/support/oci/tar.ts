import { writeFile } from 'node:fs/promises';
import type { Header } from 'tar-stream';
import { pack } from 'tar-stream';

/** An entry of a tar: a file with its content, or anything else a header can say. */
export interface TarEntry {
  readonly header: Partial<Header> & Pick<Header, 'name'>;
  readonly content?: string | Buffer;
}

const mtime = new Date('2026-01-01T00:00:00Z');

/** A tar of the given entries, byte for byte the same for the same entries. */
export async function tarOfEntries(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { header, content } of entries) archive.entry({ mtime, mode: 0o644, ...header }, content ?? '');
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A tar of files by their path. */
export async function tarOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  return tarOfEntries(Object.entries(files).map(([name, content]) => ({ header: { name }, content })));
}

export async function writeTar(file: string, entries: readonly TarEntry[]): Promise<void> {
  await writeFile(file, await tarOfEntries(entries));
}

/** The header alone of a file of this size, for archives too large to build in memory. */
export async function tarHeader(name: string, size: number): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name, size, mtime });
  for await (const chunk of archive) if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  throw new Error('the tar writer wrote nothing');
}
