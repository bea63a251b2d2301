import { UnsecuredJWT, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { CanonicalJsonError, canonicalJson } from '../../../src/message-token/canonical-json.js';
import {
  longestLifetimeSeconds,
  messageTokenKeyId,
  messageTokenType,
  signMessage,
  verifyMessageToken,
} from '../../../src/message-token/message-token.js';
import { publicKeyOf, signingKey, verificationKey } from '../../../src/message-token/signing-key.js';
import { newApiKey } from '../../../src/workspaces/authentication/api-key.js';

const { key, keyId, publicKey, hash } = newApiKey();
const now = Date.parse('2026-01-01T00:00:00Z');
const message = { id: 'c-1', type: 'PushTag', data: { workspace: 'build', size: 1 }, reason: 'nightly' };

async function verdict(token: string, of: object = message, at = now): Promise<string> {
  return (await verifyMessageToken(token, publicKey, of, at)).kind;
}

describe('canonical JSON', () => {
  it('is what RFC 8785 says', () => {
    const document = {
      numbers: [JSON.parse('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(document)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\\\\\"/"}',
    );
    expect(canonicalJson({ '\u20ac': 1, '\r': 2, '\ud83d\ude00': 3, '1': 4, b: { d: 1, c: [] } })).toBe(
      '{"\\r":2,"1":4,"b":{"c":[],"d":1},"€":1,"😀":3}',
    );
  });

  it('leaves out what is not there, and is not made of what JSON cannot hold', () => {
    expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}');
    expect(() => canonicalJson([undefined])).toThrow(CanonicalJsonError);
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(CanonicalJsonError);
  });

  it('is not made of what would exhaust the stack', () => {
    const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    expect(() => canonicalJson(deep)).toThrow('nested more than 64 levels deep');
  });
});

describe('the key that signs', () => {
  it('is always the same for an API key, so that other programs can make it', () => {
    // docs/command-bus.md has this pair for whoever writes a client in another language.
    expect(publicKeyOf('tgl_0011223344556677_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).toBe(
      'Ihv3-bB-qABqrdD0LjmRqhbyp7R0JDtx5lb3wqd1QbE',
    );
    expect(publicKeyOf(key)).toBe(publicKey);
  });

  it('cannot be read from anything but a public key', () => {
    expect(() => verificationKey(hash)).toThrow('not an Ed25519 public key');
  });
});

describe('the token of a message', () => {
  it('is good for that message, however it is spelled', async () => {
    const token = await signMessage(key, message, 60, now);
    expect(messageTokenKeyId(token)).toBe(keyId);
    expect(await verdict(token)).toBe('valid');
    const { reason, data, type, id } = message;
    expect(await verdict(token, { reason, data: { size: 1, workspace: data.workspace }, type, id })).toBe('valid');
  });

  it.each([
    ['id', { id: 'c-2' }],
    ['type', { type: 'DeleteTag' }],
    ['data', { data: { workspace: 'build', size: 2 } }],
    ['reason', { reason: 'daily' }],
    ['principal', { principal: 'user:somebody' }],
  ])('is not good for another %s', async (_, change) => {
    expect(await verdict(await signMessage(key, message, 60, now), { ...message, ...change })).toBe(
      'for-another-message',
    );
  });

  it('ends, and cannot be made to last for longer than a day', async () => {
    const short = await signMessage(key, message, 60, now);
    expect(await verdict(short, message, now + 89_000)).toBe('valid');
    expect(await verdict(short, message, now + 91_000)).toBe('expired');
    const long = await signMessage(key, message, 1e9, now);
    expect(await verdict(long, message, now + longestLifetimeSeconds * 1_000)).toBe('valid');
    expect(await verdict(long, message, now + longestLifetimeSeconds * 1_000 + 31_000)).toBe('expired');
    const forged = await new SignJWT({ digest: 'x' })
      .setProtectedHeader({ alg: 'EdDSA', typ: messageTokenType, kid: keyId })
      .setIssuedAt(now / 1_000)
      .setExpirationTime(now / 1_000 + longestLifetimeSeconds + 1)
      .sign(signingKey(key));
    expect(await verdict(forged)).toBe('invalid');
  });

  it('is not made ahead: it is good from when it was made, as far as clocks agree', async () => {
    expect(await verdict(await signMessage(key, message, 60, now + 29_000))).toBe('valid');
    const ahead = await signMessage(key, message, 60, now + 365 * longestLifetimeSeconds * 1_000);
    expect(await verdict(ahead)).toBe('invalid');
  });

  it('is not made with the hash of the key, another key, a shared secret or none', async () => {
    for (const other of [hash, publicKey, newApiKey().key]) {
      const token = await signMessage(other, message, 60, now);
      expect(await verdict(token)).toBe('invalid');
    }
    const claims = { digest: 'x', iat: now / 1_000, exp: now / 1_000 + 60 };
    const header = { typ: messageTokenType, kid: keyId };
    const shared = new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' });
    expect(await verdict(await shared.sign(Buffer.from(publicKey)))).toBe('invalid');
    expect(await verdict(new UnsecuredJWT(claims).encode())).toBe('invalid');
  });

  it('is tampered with in vain', async () => {
    const token = await signMessage(key, message, 60, now);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const other = Buffer.from(JSON.stringify({ digest: 'x', iat: now / 1_000, exp: now / 1_000 + 60 }));
    expect(await verdict(`${header}.${other.toString('base64url')}.${signature}`)).toBe('invalid');
    expect(await verdict(`${header}.${payload}.${'A'.repeat(signature.length)}`)).toBe('invalid');
    expect(await verdict(`${header}.${payload}`)).toBe('invalid');
  });

  it('is told from other tokens', async () => {
    expect(messageTokenKeyId(key)).toBeUndefined();
    expect(messageTokenKeyId('a.b.c')).toBeUndefined();
    const other = new SignJWT({}).setProtectedHeader({ alg: 'EdDSA', kid: keyId });
    expect(messageTokenKeyId(await other.sign(signingKey(key)))).toBeUndefined();
    expect(messageTokenKeyId(await signMessage('an-operator-key-of-some-length', message, 60, now))).toBe('operator');
  });
});
