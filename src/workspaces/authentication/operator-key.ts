import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readPrivateFile, writePrivateFile } from '../../config/private-file.js';
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

/** What should hold the operator key does not; the message names the remedy. */
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
 * @throws PrivateFileError when the file is open to others
 * @throws OperatorKeyError when it does not hold a key
 */
export async function loadOperatorKey(given: string | undefined, dataDirectory: string): Promise<LoadedOperatorKey> {
  if (given !== undefined) return { key: new OperatorKey(given), origin: 'environment', path: undefined };
  const path = join(dataDirectory, fileName);
  const kept = await readKeyFile(path);
  if (kept !== undefined) return { key: new OperatorKey(kept), origin: 'file', path };
  const created = `tglop_${randomBytes(32).toString('base64url')}`;
  await mkdir(dataDirectory, { recursive: true });
  await writePrivateFile(path, created);
  return { key: new OperatorKey(created), origin: 'created', path };
}

async function readKeyFile(path: string): Promise<string | undefined> {
  const key = await readPrivateFile(path, 'the operator key');
  if (key !== undefined && (key.length < shortest || /\s/.test(key))) {
    throw new OperatorKeyError(
      `${path} does not hold an operator key: one line of at least ${shortest} characters; delete it and start again for a new key`,
    );
  }
  return key;
}
