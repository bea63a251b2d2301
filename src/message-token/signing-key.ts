import { createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const purpose = 'tagalong message signing v1';
/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicKeyPattern = /^[A-Za-z0-9_-]{43}$/;

/**
 * The key with which the holder of an API key signs messages: Ed25519, made from the API key by HKDF-SHA256. Whoever
 * knows the public half, or the hash of the API key that is on record, cannot sign.
 */
export function signingKey(apiKey: string): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', apiKey, '', purpose, 32));
  return createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' });
}

/** The public half of {@link signingKey}: 32 bytes in base64url, as in the `x` of a JWK. */
export function publicKeyOf(apiKey: string): string {
  const { x } = createPublicKey(signingKey(apiKey)).export({ format: 'jwk' });
  if (x === undefined) throw new TypeError('an Ed25519 key has an x');
  return x;
}

/** Reads what {@link publicKeyOf} wrote. @throws Error when it is no key */
export function verificationKey(publicKey: string): KeyObject {
  if (!publicKeyPattern.test(publicKey)) throw new TypeError('not an Ed25519 public key in base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
}
