import { SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IdentityProviderUnavailableError } from '../../../src/workspaces/authentication/identity-provider.error.js';
import { OidcVerifier } from '../../../src/workspaces/authentication/oidc.js';
import type { OidcOptions } from '../../../src/workspaces/authentication/oidc.js';
import { IdentityProvider, audience } from './identity-provider.js';

let provider: IdentityProvider;
beforeEach(async () => {
  provider = await IdentityProvider.start();
});
afterEach(async () => {
  await provider.stop();
});

function verifier(options: Partial<OidcOptions> = {}): OidcVerifier {
  return new OidcVerifier({ issuer: provider.issuer, audience, ...options });
}

const seconds = (fromNow: number) => Math.floor(Date.now() / 1_000) + fromNow;

describe('a token', () => {
  it('names the user', async () => {
    expect(await verifier().verify(await provider.token())).toEqual({
      kind: 'valid',
      user: { kind: 'user', sub: 'auth0|ann' },
    });
  });
  it('gives the address only when the issuer has verified it', async () => {
    const emailOf = async (claims: Record<string, unknown>) => {
      const verdict = await verifier().verify(await provider.token(claims));
      return verdict.kind === 'valid' ? verdict.user.email : verdict;
    };
    expect(await emailOf({ email: 'Ann@Acme.test', email_verified: true })).toBe('ann@acme.test');
    expect(await emailOf({ email: 'ann@acme.test', email_verified: false })).toBeUndefined();
    expect(await emailOf({ email: 'ann@acme.test', email_verified: 'true' })).toBeUndefined();
    expect(await emailOf({ email: 'ann@acme.test' })).toBeUndefined();
    expect(await emailOf({ email: 'a b', email_verified: true })).toBeUndefined();
  });
  it('is refused from another issuer, for another audience, without a subject or an end', async () => {
    const faultOf = async (claims: Record<string, unknown>) => {
      const verdict = await verifier().verify(await provider.token(claims));
      return verdict.kind === 'invalid' ? verdict.fault : verdict.kind;
    };
    expect(await faultOf({ iss: 'https://evil.test' })).toContain('"iss"');
    expect(await faultOf({ iss: `${provider.issuer}/` })).toContain('"iss"');
    expect(await faultOf({ aud: 'another' })).toContain('"aud"');
    expect(await faultOf({ aud: ['another', audience] })).toBe('valid');
    expect(await faultOf({ sub: undefined })).toContain('"sub"');
    expect(await faultOf({ sub: 'a b' })).toContain('"sub"');
    expect(await faultOf({ sub: 'x'.repeat(256) })).toContain('"sub"');
    expect(await faultOf({ exp: undefined })).toContain('"exp"');
    expect(await faultOf({ nbf: seconds(300) })).toContain('"nbf"');
  });
  it('ends, with some tolerance for the clocks', async () => {
    expect(await verifier().verify(await provider.token({ exp: seconds(-60) }))).toEqual({ kind: 'expired' });
    expect(await verifier().verify(await provider.token({ exp: seconds(-5) }))).toMatchObject({ kind: 'valid' });
    expect(await verifier({ clockToleranceSeconds: 0 }).verify(await provider.token({ exp: seconds(-5) }))).toEqual({
      kind: 'expired',
    });
  });
  it('without a signature, or signed with a shared secret, is refused', async () => {
    const claims = { iss: provider.issuer, aud: audience, sub: 'ann', exp: seconds(300) };
    const secret = new TextEncoder().encode('a secret that is long enough for HMAC');
    const forged = [
      new UnsecuredJWT(claims).encode(),
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(secret),
    ];
    for (const token of forged) expect((await verifier().verify(token)).kind).toBe('invalid');
  });
  it('that was changed, or is none, is refused', async () => {
    const [header, , signature] = (await provider.token()).split('.');
    const payload = Buffer.from(
      JSON.stringify({ iss: provider.issuer, aud: audience, sub: 'root', exp: seconds(300) }),
    ).toString('base64url');
    expect(await verifier().verify([header, payload, signature].join('.'))).toEqual({
      kind: 'invalid',
      fault: 'has a signature that does not match',
    });
    for (const junk of ['', 'a.b.c', '..', 'e30.e30.e30']) expect((await verifier().verify(junk)).kind).toBe('invalid');
  });
});

describe('the keys of the issuer', () => {
  it('are found by discovery and fetched once', async () => {
    const oidc = verifier();
    const token = await provider.token();
    await Promise.all([oidc.verify(token), oidc.verify(token)]);
    await oidc.verify(token);
    expect(provider.requestsTo('/.well-known/openid-configuration')).toBe(1);
    expect(provider.requestsTo('/keys')).toBe(1);
  });
  it('are taken from where they are said to be', async () => {
    const oidc = verifier({ jwksUrl: `${provider.issuer}/keys` });
    expect((await oidc.verify(await provider.token())).kind).toBe('valid');
    expect(provider.requests).toEqual(['/keys']);
  });
  it('are fetched again for a key not seen before, but not again and again', async () => {
    const oidc = verifier({ cooldownMs: 0 });
    await oidc.verify(await provider.token());
    await provider.rotate('second');
    expect((await oidc.verify(await provider.token({}, 'second'))).kind).toBe('valid');
    expect(provider.requestsTo('/keys')).toBe(2);

    const patient = verifier();
    await patient.verify(await provider.token());
    for (let tries = 0; tries < 3; tries++) {
      expect(await patient.verify(await provider.token({}, 'unpublished'))).toEqual({
        kind: 'invalid',
        fault: 'is signed with a key its issuer does not publish',
      });
    }
    expect(provider.requestsTo('/keys')).toBe(3);
  });
});

describe('an issuer that cannot be asked', () => {
  it('is a fault, not a verdict, and is asked again', async () => {
    const oidc = verifier();
    const token = await provider.token();
    provider.failing = 500;
    await expect(oidc.verify(token)).rejects.toThrow(IdentityProviderUnavailableError);
    await expect(verifier({ jwksUrl: `${provider.issuer}/keys` }).verify(token)).rejects.toThrow(provider.issuer);
    provider.failing = undefined;
    expect((await oidc.verify(token)).kind).toBe('valid');
  });
  it('is one that is not there', async () => {
    const token = await provider.token();
    await provider.stop();
    await expect(verifier().verify(token)).rejects.toThrow(IdentityProviderUnavailableError);
    provider = await IdentityProvider.start();
  });
  it('is one whose discovery speaks of another', async () => {
    provider.discovery = { issuer: 'https://another.test' };
    await expect(verifier().verify(await provider.token())).rejects.toThrow('https://another.test');
    provider.discovery = { jwks_uri: 'file:///etc/passwd' };
    await expect(verifier().verify(await provider.token())).rejects.toThrow(IdentityProviderUnavailableError);
  });
});
