import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { publicKeyOf } from '../../message-token/signing-key.js';
import { digestsEqual, keyDigest } from './api-key.js';

const fileName = 'operator.key';
const shortest = 24;

/** Recognizes the operator key without keeping it. */
export class OperatorKey {
  readonly #digest: Uint8Array;
  /** Verifies what the operator signs, as `publicKeyOf` writes it. */
  readonly publicKey: string;

  constructor(key: string) {
    this.#digest = keyDigest(key);
    this.publicKey = publicKeyOf(key);
  }

  /** Whether this is the digest of the operator key; see `keyDigest`. */
  matches(digest: Uint8Array): boolean {
    return digestsEqual(this.#digest, digest);
  }
}

/** The operator key cannot be used; the message names the remedy. */
export class OperatorKeyError extends Error {
  override readonly name = 'OperatorKeyError';
}

/** The operator key and where it came from. */
export interface LoadedOperatorKey {
  readonly key: OperatorKey;
  readonly origin: 'environment' | 'file' | 'created';
  /** The file that holds it, unless the environment gave it. */
  readonly path: string | undefined;
}

/**
 * The key the environment gives, else the one in `<dataDirectory>/operator.key`, else a new one that
 * is written there, readable by its owner only.
 *
 * @throws OperatorKeyError when the file is open to others or does not hold a key
 */
export async function loadOperatorKey(given: string | undefined, dataDirectory: string): Promise<LoadedOperatorKey> {
  if (given !== undefined) return { key: new OperatorKey(given), origin: 'environment', path: undefined };
  const path = join(dataDirectory, fileName);
  const kept = await readKeyFile(path);
  if (kept !== undefined) return { key: new OperatorKey(kept), origin: 'file', path };
  const created = `tglop_${randomBytes(32).toString('base64url')}`;
  await mkdir(dataDirectory, { recursive: true });
  await writeKeyFile(path, created);
  return { key: new OperatorKey(created), origin: 'created', path };
}

async function readKeyFile(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new OperatorKeyError(`the operator key in ${path} cannot be read: ${String(error)}`, { cause: error });
  }
  // Windows keeps no such permissions.
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new OperatorKeyError(
      `others than its owner may open ${path}; run "chmod 600 ${path}", or delete it and start again for a new key`,
    );
  }
  const key = text.trim();
  if (key.length < shortest || /\s/.test(key)) {
    throw new OperatorKeyError(
      `${path} does not hold an operator key: one line of at least ${shortest} characters; delete it and start again for a new key`,
    );
  }
  return key;
}

/** Whole or not at all: a start that dies half-way leaves no file that looks like a key. */
async function writeKeyFile(path: string, key: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${key}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  // A draft left behind keeps the permissions it once had.
  await chmod(draft, 0o600);
  await rename(draft, path);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
