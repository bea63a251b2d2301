import { hash, randomBytes } from 'node:crypto';
import type { FileServiceSecrets } from '../../service-secrets/file.service-secrets.js';
import type { SecretPlaces } from '../../service-secrets/secret-places.js';
import type { ServiceSecrets } from '../../service-secrets/service-secrets.js';
import { publicKeyOf } from '../../message-token/signing-key.js';
import { digestOfHash, digestsEqual } from './api-key.js';

const name = 'operator-key';
const form = /^tglop_[A-Za-z0-9_-]{43}$/;
const sharedForm = /^([0-9a-f]{64}) ([A-Za-z0-9_-]{43})$/;

/** Recognizes the operator key, and what was signed with it, without keeping it. */
export class OperatorKey {
  readonly #digest: Uint8Array;

  private constructor(
    private readonly hexHash: string,
    /** Verifies what the operator signs, as `publicKeyOf` writes it. */
    readonly publicKey: string,
  ) {
    this.#digest = digestOfHash(hexHash);
  }

  static of(key: string): OperatorKey {
    return new OperatorKey(hash('sha256', key, 'hex'), publicKeyOf(key));
  }

  /** Reads what {@link shared} wrote. @throws Error when it is something else */
  static fromShared(text: string): OperatorKey {
    const [, hexHash, publicKey] = sharedForm.exec(text) ?? [];
    if (hexHash === undefined || publicKey === undefined)
      throw new Error(
        `what the nodes share as ${name} is nothing this release wrote: delete that row of the table service_secrets, and start a node that has the key first`,
      );
    return new OperatorKey(hexHash, publicKey);
  }

  /** What other nodes need to recognize the key: SHA-256 in hex and public key. Nobody can sign in or sign with that. */
  get shared(): string {
    return `${this.hexHash} ${this.publicKey}`;
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
 * written to the file. What is shared only recognizes the key: the file stays on the node that made the key.
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

/** The key is shared again by whoever has the file, after the place that is shared has lost it. */
async function sharedBy(filed: string, path: string, shared: ServiceSecrets | undefined): Promise<LoadedOperatorKey> {
  const key = OperatorKey.of(filed);
  const settled = shared === undefined ? key.shared : await shared.settle(name, key.shared);
  if (settled === key.shared) return { key, origin: 'file', path };
  return { key: OperatorKey.fromShared(settled), origin: 'shared', ignoredFile: path };
}

/** The key is on disk before it is shared: a start that dies in between leaves no key in force that nobody has. */
async function proposedTo(shared: ServiceSecrets, made: string, files: FileServiceSecrets): Promise<LoadedOperatorKey> {
  const key = OperatorKey.of(await files.draft(name, form, made));
  const settled = await shared.settle(name, key.shared);
  if (settled !== key.shared) {
    await files.dropDraft(name);
    return { key: OperatorKey.fromShared(settled), origin: 'shared', ignoredFile: undefined };
  }
  await files.keepDraft(name);
  return { key, origin: 'created', path: files.path(name) };
}
