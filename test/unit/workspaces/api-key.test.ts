import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  apiKeyId,
  digestOfHash,
  digestsEqual,
  keyDigest,
  newApiKey,
} from '../../../src/workspaces/authentication/api-key.js';

describe('an API key', () => {
  it('carries its id and 256 random bits, and is put on record as its SHA-256', () => {
    const { key, keyId, hash } = newApiKey();
    const secret = key.slice(`tgl_${keyId}_`.length);
    expect(key.startsWith(`tgl_${keyId}_`)).toBe(true);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(hash).toBe(createHash('sha256').update(key).digest('hex'));
    expect(apiKeyId(key)).toBe(keyId);
  });
  it('is never made twice', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => newApiKey().keyId)).size).toBe(1_000);
  });
  it('is recognized by its form', () => {
    const { key } = newApiKey();
    for (const other of ['', 'tgl_', key.slice(0, -1), `${key}x`, key.replace('tgl', 'tgo'), ` ${key}`, `${key}\n`]) {
      expect(apiKeyId(other)).toBeUndefined();
    }
  });
  it('is compared by digest', () => {
    const { key, hash } = newApiKey();
    expect(digestsEqual(keyDigest(key), digestOfHash(hash))).toBe(true);
    expect(digestsEqual(keyDigest(`${key}x`), digestOfHash(hash))).toBe(false);
    expect(digestsEqual(keyDigest(key), digestOfHash('short'))).toBe(false);
  });
});
