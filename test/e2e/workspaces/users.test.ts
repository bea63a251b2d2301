import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf } from '../../support/api.js';
import type { Api } from '../../support/api.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';
import { IdentityProvider, audience } from '../../unit/workspaces/identity-provider.js';

let provider: IdentityProvider;
let service: StartedService;
let api: Api;

beforeAll(async () => {
  provider = await IdentityProvider.start();
  service = await startService({
    env: { TAGALONG_OIDC_ISSUER: provider.issuer, TAGALONG_OIDC_AUDIENCE: audience },
  });
  api = apiOf(service.url);
  const key = service.operatorKey;
  await api('POST', '/v0/accounts', { key, body: { id: 'acme', name: 'Acme' } });
  for (const name of ['one', 'two']) await api('POST', '/v0/workspaces', { key, body: { name, accountId: 'acme' } });
});

afterAll(async () => {
  await service.stop();
  await provider.stop();
});

const ann = (claims: Record<string, unknown> = {}): Promise<string> =>
  provider.token({ sub: 'idp|ann', email: 'Ann@Example.org', email_verified: true, ...claims });

describe('a user who signs in with a token', () => {
  it('is nobody yet', async () => {
    const key = await ann();
    expect(await api('GET', '/v0/whoami', { key })).toMatchObject({
      status: 200,
      body: { principal: 'user:idp|ann', kind: 'user', email: 'ann@example.org', workspaces: [] },
    });
    expect((await api('GET', '/v0/users', { key, workspace: 'one' })).status).toBe(403);
  });

  it('is a member with the very request that follows the invitation', async () => {
    const key = await ann();
    for (const [workspace, role] of [
      ['one', 'admin'],
      ['two', 'member'],
    ] as const) {
      const invited = await api('POST', '/v0/users', {
        key: service.operatorKey,
        workspace,
        body: { email: 'ann@example.org', role },
      });
      expect(invited.status).toBe(200);
    }
    expect((await api('GET', '/v0/whoami', { key: await ann({ email_verified: false }) })).body).toMatchObject({
      workspaces: [],
    });
    expect((await api('GET', '/v0/workspaces', { key })).body).toMatchObject([{ name: 'one' }, { name: 'two' }]);
    expect((await api('GET', '/v0/users', { key, workspace: 'one' })).body).toEqual([
      { sub: 'idp|ann', type: 'user', email: 'ann@example.org', role: 'admin', accepted: true, expired: false },
    ]);
  });

  it('creates a workspace in the account and keeps its address there', async () => {
    const key = await ann();
    expect(await api('POST', '/v0/workspaces', { key, body: { name: 'three' } })).toMatchObject({
      status: 200,
      body: { name: 'three', accountId: 'acme', createdBy: 'user:idp|ann' },
    });
    expect((await api('GET', '/v0/users', { key, workspace: 'three' })).body).toMatchObject([
      { sub: 'idp|ann', email: 'ann@example.org', role: 'admin' },
    ]);
  });

  it('is out with the next request once removed', async () => {
    const key = await ann();
    expect((await api('GET', '/v0/workspaces/two', { key })).status).toBe(200);
    const removed = await api('DELETE', '/v0/users/idp%7Cann', { key: service.operatorKey, workspace: 'two' });
    expect(removed).toMatchObject({ status: 200, body: { sub: 'idp|ann' } });
    expect(await api('GET', '/v0/workspaces/two', { key })).toMatchObject({
      status: 403,
      body: { error: 'workspace-forbidden' },
    });
  });
});

describe('the HTTP API', () => {
  it('shows a key once, though the request may be sent again', async () => {
    const key = service.operatorKey;
    const account = await api('POST', '/v0/service_accounts', { key, workspace: 'one', body: { name: 'ci' } });
    expect(account.headers.get('x-tagalong-position')).toMatch(/^\d+$/);
    const { client_id: clientId } = account.body as { client_id: string };
    const issue = () =>
      api('POST', `/v0/service_accounts/${clientId}/api_keys`, {
        key,
        workspace: 'one',
        body: { expires_in: '24h' },
        headers: { 'idempotency-key': 'issue-once' },
      });
    const first = await issue();
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(first.body).toMatchObject({ expires_in: '24h', sub: clientId });
    expect(first.body).toHaveProperty('apiKey');
    const second = await issue();
    expect(second.body).toMatchObject({ id: (first.body as { id: string }).id });
    expect(second.body).toHaveProperty('message');
    expect(second.body).not.toHaveProperty('apiKey');
    const long = await api('POST', `/v0/service_accounts/${clientId}/api_keys`, {
      key,
      workspace: 'one',
      body: { expires_in: '3660d' },
    });
    expect(long).toMatchObject({ status: 400, body: { error: 'invalid-expiry' } });
  });

  it('ignores which workspace is named on calls about workspaces', async () => {
    const key = service.operatorKey;
    expect((await api('GET', '/v0/workspaces/one', { key, workspace: 'nowhere' })).body).toMatchObject({ name: 'one' });
    expect((await api('GET', '/v0/workspaces/one?workspace=nowhere', { key })).status).toBe(200);
    expect((await api('GET', '/v0/workspaces', { key, workspace: 'Not A Name' })).status).toBe(200);
  });

  it('keeps the name and the account of a workspace as they are', async () => {
    const key = service.operatorKey;
    const put = (body: unknown) => api('PUT', '/v0/workspaces/one', { key, body });
    expect(await put({ name: 'other' })).toMatchObject({ status: 400, body: { error: 'name-is-fixed' } });
    expect(await put({ accountId: 'other' })).toMatchObject({ status: 400, body: { error: 'account-is-fixed' } });
    expect(await put({ nonsense: 1 })).toMatchObject({ status: 400, body: { error: 'invalid-input' } });
    expect(await put({ displayName: 'One', name: 'one' })).toMatchObject({ status: 200, body: { displayName: 'One' } });
  });
});
