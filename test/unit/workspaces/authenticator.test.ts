import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signMessage } from '../../../src/message-token/message-token.js';
import { newApiKey } from '../../../src/workspaces/authentication/api-key.js';
import type { NewApiKey } from '../../../src/workspaces/authentication/api-key.js';
import { Authenticator } from '../../../src/workspaces/authentication/authenticator.js';
import type { RequestHeaders } from '../../../src/workspaces/authentication/credential.js';
import { OidcVerifier } from '../../../src/workspaces/authentication/oidc.js';
import { OperatorKey } from '../../../src/workspaces/authentication/operator-key.js';
import { AccessReadModel } from './access-read-model.js';
import { IdentityProvider, audience } from './identity-provider.js';
import { created, serviceAccount } from './workspace.fixtures.js';

const operatorKey = 'the-operator-key-of-these-tests';
const key = newApiKey();
const expiring = newApiKey();
const expiresAt = '2030-01-01T00:00:00.000Z';

let access: AccessReadModel;
let now: number;
let authenticator: Authenticator;

beforeEach(async () => {
  access = await AccessReadModel.open();
  now = Date.parse('2026-01-01T00:00:00.000Z');
  authenticator = new Authenticator({
    operatorKey: OperatorKey.of(operatorKey),
    directory: access.directory,
    now: () => now,
  });
  await access.happened(
    'acme',
    created,
    serviceAccount('sa_1'),
    { type: 'ApiKeyIssued', data: issued(key) },
    {
      type: 'ApiKeyIssued',
      data: { ...issued(expiring), expiresAt },
    },
  );
});
afterEach(async () => {
  await access.close();
});

function issued({ keyId, hash, publicKey }: NewApiKey) {
  return { keyId, clientId: 'sa_1', name: 'ci', hash, publicKey };
}

async function outcome(headers: RequestHeaders): Promise<unknown> {
  const answer = await authenticator.authenticate(headers);
  return answer.kind === 'authenticated' ? answer.principal : answer.rejection.code;
}
const bearer = (token: string) => outcome({ authorization: `Bearer ${token}` });

describe('the authenticator', () => {
  it('knows the operator', async () => {
    expect(await bearer(operatorKey)).toEqual({ kind: 'operator' });
    expect(await bearer(`${operatorKey}x`)).toBe('credential-invalid');
  });

  it('knows a service account by its key', async () => {
    const bot = { kind: 'service-account', clientId: 'sa_1', mayActForOthers: false };
    expect(await bearer(key.key)).toEqual(bot);
    expect(await outcome({ 'x-blaxel-authorization': `Bearer ${key.key}`, authorization: 'Bearer x' })).toEqual(bot);
  });

  it('refuses a key that was never issued, or issued with another secret', async () => {
    expect(await bearer(newApiKey().key)).toBe('credential-invalid');
    const other = newApiKey().key.slice(-43);
    expect(await bearer(`tgl_${key.keyId}_${other}`)).toBe('credential-invalid');
  });

  it('refuses a revoked key at once, and tells only its holder', async () => {
    expect(await bearer(key.key)).toMatchObject({ clientId: 'sa_1' });
    await access.happened('acme', { type: 'ApiKeyRevoked', data: { keyId: key.keyId, clientId: 'sa_1' } });
    expect(await bearer(key.key)).toBe('credential-revoked');
    expect(await bearer(`tgl_${key.keyId}_${newApiKey().key.slice(-43)}`)).toBe('credential-invalid');
    expect(await bearer(expiring.key)).toMatchObject({ clientId: 'sa_1' });
    await access.happened('acme', { type: 'ServiceAccountDeleted', data: { clientId: 'sa_1' } });
    expect(await bearer(expiring.key)).toBe('credential-revoked');
  });

  it('refuses a key from the moment of its expiry on, although it is kept in memory', async () => {
    now = Date.parse(expiresAt) - 1;
    expect(await bearer(expiring.key)).toMatchObject({ clientId: 'sa_1' });
    now += 1;
    expect(await bearer(expiring.key)).toBe('credential-expired');
    expect(await bearer(key.key)).toMatchObject({ clientId: 'sa_1' });
  });

  it('tells a missing credential from one that is of no use', async () => {
    expect(await outcome({})).toBe('credential-missing');
    expect(await outcome({ authorization: 'Basic YTpi' })).toBe('credential-unusable');
  });

  it('never repeats a secret', async () => {
    for (const token of [`${operatorKey}x`, `${key.key.slice(0, -1)}_`, 'a.b.c']) {
      expect(JSON.stringify(await authenticator.authenticate({ authorization: `Bearer ${token}` }))).not.toContain(
        token,
      );
    }
  });

  it('knows users only where an issuer is configured', async () => {
    const provider = await IdentityProvider.start();
    try {
      const token = await provider.token({ email: 'ann@acme.test', email_verified: true });
      expect(await bearer(token)).toBe('credential-invalid');
      authenticator = new Authenticator({
        operatorKey: OperatorKey.of(operatorKey),
        directory: access.directory,
        oidc: new OidcVerifier({ issuer: provider.issuer, audience }),
        now: () => now,
      });
      expect(await bearer(token)).toEqual({ kind: 'user', sub: 'auth0|ann', email: 'ann@acme.test' });
      expect(await bearer(await provider.token({ exp: 1 }))).toBe('credential-expired');
      expect(await bearer(await provider.token({ aud: 'x' }))).toBe('credential-invalid');
      expect(await bearer(key.key)).toMatchObject({ clientId: 'sa_1' });
      expect(provider.requestsTo('/keys')).toBe(1);
    } finally {
      await provider.stop();
    }
  });
});

describe('the authenticator of messages', () => {
  const message = { id: 'c-1', type: 'PushTag', data: {} };
  const bot = { kind: 'service-account', clientId: 'sa_1', mayActForOthers: false };

  async function sender(token: string, of: object = message): Promise<unknown> {
    const answer = await authenticator.authenticateMessage(token, of);
    return answer.kind === 'authenticated' ? answer.principal : answer.rejection.code;
  }

  it('knows who signed a message, the operator too', async () => {
    expect(await sender(await signMessage(key.key, message, 60, now))).toEqual(bot);
    expect(await sender(await signMessage(operatorKey, message, 60, now))).toEqual({ kind: 'operator' });
    expect(await sender(await signMessage(`${operatorKey}x`, message, 60, now))).toBe('credential-invalid');
  });

  it('takes the credentials of a request too', async () => {
    expect(await sender(key.key)).toEqual(bot);
    expect(await sender('not.a.token')).toBe('credential-invalid');
  });

  it('refuses a signature under another message, one that has ended and one of a key that is not known', async () => {
    const token = await signMessage(key.key, message, 60, now);
    expect(await sender(token, { ...message, id: 'c-2' })).toBe('credential-misused');
    now += 3_600_000;
    expect(await sender(token)).toBe('credential-expired');
    expect(await sender(await signMessage(newApiKey().key, message, 60, now))).toBe('credential-invalid');
  });

  it('refuses a revoked key from the next message on, and tells only who can sign', async () => {
    await access.happened('acme', { type: 'ApiKeyRevoked', data: { keyId: key.keyId, clientId: 'sa_1' } });
    expect(await sender(await signMessage(key.key, message, 60, now))).toBe('credential-revoked');
    const forger = `tgl_${key.keyId}_${newApiKey().key.slice(-43)}`;
    expect(await sender(await signMessage(forger, message, 60, now))).toBe('credential-invalid');
    now = Date.parse(expiresAt);
    expect(await sender(await signMessage(expiring.key, message, 60, now))).toBe('credential-expired');
  });

  it('says that a key from before there were signatures cannot sign', async () => {
    const old = newApiKey();
    const { keyId, hash } = old;
    await access.happened('acme', { type: 'ApiKeyIssued', data: { keyId, clientId: 'sa_1', name: 'ci', hash } });
    expect(await sender(await signMessage(old.key, message, 60, now))).toBe('credential-unusable');
    expect(await sender(old.key)).toEqual(bot);
  });
});
