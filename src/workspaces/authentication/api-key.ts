import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { publicKeyOf } from '../../message-token/signing-key.js';

const keyPattern = /^tgl_([A-Za-z0-9]{8,32})_[A-Za-z0-9_-]{43}$/;

/** A key at the only moment it is known in full. */
export interface NewApiKey {
  /** `tgl_<keyId>_<secret>`: shown to its owner once and kept nowhere. */
  readonly key: string;
  readonly keyId: string;
  /** SHA-256 of the whole key in hex: what is put on record. */
  readonly hash: string;
  /** Verifies what is signed with the key: put on record too. */
  readonly publicKey: string;
}

/** Makes a key with 256 random bits. The id has 8 to 32 letters or digits. */
export function newApiKey(keyId = randomBytes(8).toString('hex')): NewApiKey {
  const key = `tgl_${keyId}_${randomBytes(32).toString('base64url')}`;
  return { key, keyId, hash: hash('sha256', key, 'hex'), publicKey: publicKeyOf(key) };
}

/** The id of the key in a text that has the form of one; `undefined` for any other text. */
export function apiKeyId(text: string): string | undefined {
  return keyPattern.exec(text)?.[1];
}

/** The form in which secrets are compared. */
export function keyDigest(key: string): Uint8Array {
  return digestOfHash(hash('sha256', key, 'hex'));
}

/** The digest for a hash on record. */
export function digestOfHash(hexHash: string): Uint8Array {
  return Buffer.from(hexHash, 'latin1');
}

/** Takes the same time wherever two digests differ. */
export function digestsEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
