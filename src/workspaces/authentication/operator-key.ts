import { hash, randomBytes } from 'node:crypto';
import type { FileServiceSecrets } from '../../service-secrets/file.service-secrets.js';
import type { SecretPlaces } from '../../service-secrets/secret-places.js';
import type { ServiceSecrets } from '../../service-secrets/service-secrets.js';
import { digestOfHash, digestsEqual } from './api-key.js';

const name = 'operator-key';
const form = /^tglop_[A-Za-z0-9_-]{43}$/;

/** Recognizes the operator key without keeping it. */
export class OperatorKey {
  readonly #digest: Uint8Array;

  private constructor(hexHash: string) {
    this.#digest = digestOfHash(hexHash);
  }

  static of(key: string): OperatorKey {
    return new OperatorKey(hashOf(key));
  }

  /** @param hexHash SHA-256 of the key in hex */
  static ofHash(hexHash: string): OperatorKey {
    return new OperatorKey(hexHash);
  }

  /** Whether this is the digest of the operator key; see `keyDigest`. */
  matches(digest: Uint8Array): boolean {
    return digestsEqual(this.#digest, digest);
  }
}

/** The operator key and where it came from. */
export type LoadedOperatorKey = { readonly key: OperatorKey } & (
  | { readonly origin: 'environment' }
  /** `path` holds it, on this node. */
  | { readonly origin: 'file' | 'created'; readonly path: string }
  /** Another node made it, and has the file. One with another key on this node is not in force. */
  | { readonly origin: 'shared'; readonly ignoredFile: string | undefined }
);

/**
 * The key the environment gives, else the one that the nodes share, else the one in the file, else a new one that is
 * written to the file. What is shared is only the hash: the file stays on the node that made the key.
 *
 * @throws Error when the file is open to others or does not hold a key, or the shared place is away; says what to do
 */
export async function loadOperatorKey(
  given: string | undefined,
  { files, shared }: SecretPlaces,
): Promise<LoadedOperatorKey> {
  if (given !== undefined) return { key: OperatorKey.of(given), origin: 'environment' };
  const path = files.path(name);
  const filed = await files.find(name);
  if (filed !== undefined) return sharedBy(filed, path, shared);
  const made = `tglop_${randomBytes(32).toString('base64url')}`;
  if (shared !== undefined) return proposedTo(shared, made, files);
  return { key: OperatorKey.of(await files.settle(name, made)), origin: 'created', path };
}

/** The hash is shared again by whoever has the file, after the place that is shared has lost it. */
async function sharedBy(filed: string, path: string, shared: ServiceSecrets | undefined): Promise<LoadedOperatorKey> {
  const own = hashOf(filed);
  const settled = shared === undefined ? own : await shared.settle(name, own);
  if (settled === own) return { key: OperatorKey.of(filed), origin: 'file', path };
  return { key: OperatorKey.ofHash(settled), origin: 'shared', ignoredFile: path };
}

/** The key is on disk before its hash is shared: a start that dies in between leaves no hash of a key that nobody has. */
async function proposedTo(shared: ServiceSecrets, made: string, files: FileServiceSecrets): Promise<LoadedOperatorKey> {
  const draft = await files.draft(name, form, made);
  const settled = await shared.settle(name, hashOf(draft));
  if (settled !== hashOf(draft)) {
    await files.dropDraft(name);
    return { key: OperatorKey.ofHash(settled), origin: 'shared', ignoredFile: undefined };
  }
  await files.keepDraft(name);
  return { key: OperatorKey.of(draft), origin: 'created', path: files.path(name) };
}

function hashOf(key: string): string {
  return hash('sha256', key, 'hex');
}
