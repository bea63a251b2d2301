import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf } from '../../support/api.js';
import type { Api } from '../../support/api.js';
import { officialClient } from '../../support/official-client.js';
import type { OfficialClient } from '../../support/official-client.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';

let service: StartedService;
let api: Api;
let official: OfficialClient;

beforeAll(async () => {
  service = await startService();
  api = apiOf(service.url);
  official = await officialClient(service.url);
});

afterAll(async () => {
  await service.stop();
});

/** The data of an answer of the client. @throws Error with the service's words when it was refused */
async function data<T>(call: Promise<{ readonly data?: T; readonly error?: unknown }>): Promise<NonNullable<T>> {
  const { data: answered, error } = await call;
  if (answered === undefined || answered === null) throw new Error(JSON.stringify(error));
  return answered;
}

/** The body of a refusal. */
async function refusal(call: Promise<{ readonly error?: unknown; readonly response: Response }>): Promise<unknown> {
  const { error, response } = await call;
  return { status: response.status, ...(typeof error === 'object' ? error : {}) };
}

describe('the official client', () => {
  it('brings a platform up and runs it', async () => {
    const { client, signIn } = official;
    signIn(service.operatorKey, 'anything');

    // The one step the management API has no call for.
    await api('POST', '/v0/accounts', { key: service.operatorKey, body: { id: 'acme', name: 'Acme' } });

    const free = { body: { name: 'build' } };
    expect(await data(client.checkWorkspaceAvailability(free))).toBe(true);
    const build = await data(
      client.createWorkspace({
        body: { name: 'build', accountId: 'acme', displayName: 'Build', labels: { team: 'core' } },
      }),
    );
    expect(build).toMatchObject({
      id: 'build',
      name: 'build',
      accountId: 'acme',
      displayName: 'Build',
      labels: { team: 'core' },
      status: 'ready',
      createdBy: 'operator',
    });
    await data(client.createWorkspace({ body: { name: 'live', accountId: 'acme' } }));
    expect(await data(client.checkWorkspaceAvailability(free))).toBe(false);
    expect(await data(client.checkWorkspaceAvailability({ ...free, query: { withReason: true } }))).toEqual({
      available: false,
      reason: 'taken',
      message: 'The workspace name build is taken.',
    });

    signIn(service.operatorKey, 'build');
    const ci = await data(client.createWorkspaceServiceAccount({ body: { name: 'ci', description: 'Pushes images' } }));
    const clientId = ci.client_id ?? '';
    expect(ci).toMatchObject({ name: 'ci', description: 'Pushes images' });
    await data(client.updateWorkspaceUserRole({ path: { subOrEmail: clientId }, body: { role: 'admin' } }));
    const issued = await data(
      client.createApiKeyForServiceAccount({ path: { clientId }, body: { name: 'pipeline', expires_in: '30d' } }),
    );
    const key = issued.apiKey ?? '';
    expect(key).toMatch(/^tgl_/);
    // The client's invitation knows an address only; a machine is added beside it.
    await api('POST', '/v0/users', {
      key: service.operatorKey,
      workspace: 'live',
      body: { serviceAccount: clientId, role: 'admin' },
    });

    signIn(key, 'build');
    expect((await data(client.listWorkspaces())).map(({ name }) => name)).toEqual(['build', 'live']);
    const third = await data(client.createWorkspace({ body: { name: 'stage' } }));
    expect(third).toMatchObject({ accountId: 'acme', createdBy: `service-account:${clientId}` });
    const got = await data(client.getWorkspace({ path: { workspaceName: 'build' }, query: { countResources: true } }));
    expect(got.resourceCounts).toEqual({ images: 0 });

    // What was read can be sent back, whole.
    const changed = await data(
      client.updateWorkspace({ path: { workspaceName: 'build' }, body: { ...got, displayName: 'Build farm' } }),
    );
    expect(changed).toMatchObject({ displayName: 'Build farm', labels: { team: 'core' } });

    const invitation = await data(client.inviteWorkspaceUser({ body: { email: 'Ann@Example.org' } }));
    expect(invitation).toMatchObject({ email: 'ann@example.org', role: 'member', workspace: 'build' });
    expect(await data(client.listWorkspaceUsers())).toEqual([
      expect.objectContaining({ sub: clientId, role: 'admin', accepted: true }),
      expect.objectContaining({ email: 'ann@example.org', role: 'member', accepted: false, expired: false }),
    ]);
    expect(
      await data(client.updateWorkspaceUserRole({ path: { subOrEmail: 'ann@example.org' }, body: { role: 'admin' } })),
    ).toMatchObject({ email: 'ann@example.org', role: 'admin', accepted: false });
    await data(client.removeWorkspaceUser({ path: { subOrEmail: 'ann@example.org' } }));
    expect(await data(client.listWorkspaceUsers())).toHaveLength(1);

    expect(await data(client.getWorkspaceServiceAccounts())).toEqual([
      expect.objectContaining({ client_id: clientId, name: 'ci', created_at: ci.created_at }),
    ]);
    expect(
      await data(client.updateWorkspaceServiceAccount({ path: { clientId }, body: { name: 'pipeline' } })),
    ).toMatchObject({ client_id: clientId, name: 'pipeline', description: 'Pushes images' });
    const listed = await data(client.listApiKeysForServiceAccount({ path: { clientId } }));
    expect(listed).toEqual([expect.objectContaining({ id: issued.id, name: 'pipeline', sub: clientId })]);
    expect(JSON.stringify(listed)).not.toContain(key);

    expect(await data(client.deleteWorkspace({ path: { workspaceName: 'stage' } }))).toMatchObject({ name: 'stage' });
    expect((await data(client.listWorkspaces())).map(({ name }) => name)).toEqual(['build', 'live']);
  });

  it('is shut out with the very next request once its key is revoked', async () => {
    const { client, signIn } = official;
    signIn(service.operatorKey, 'live');
    const account = await data(client.createWorkspaceServiceAccount({ body: { name: 'short-lived' } }));
    const path = { clientId: account.client_id ?? '' };
    const issued = await data(client.createApiKeyForServiceAccount({ path, body: {} }));
    const key = issued.apiKey ?? '';

    signIn(key, 'live');
    expect(await data(client.listWorkspaceUsers())).not.toHaveLength(0);
    signIn(service.operatorKey, 'live');
    await data(client.deleteApiKeyForServiceAccount({ path: { ...path, apiKeyId: issued.id ?? '' } }));
    signIn(key, 'live');
    expect(await refusal(client.listWorkspaceUsers())).toMatchObject({ status: 401, error: 'credential-revoked' });

    signIn(service.operatorKey, 'live');
    const again = await data(client.createApiKeyForServiceAccount({ path, body: {} }));
    await data(client.deleteWorkspaceServiceAccount({ path }));
    signIn(again.apiKey ?? '', 'live');
    expect(await refusal(client.listWorkspaceUsers())).toMatchObject({ status: 401, error: 'credential-revoked' });
  });

  it('is told what is wrong', async () => {
    const { client, signIn } = official;
    signIn(service.operatorKey, 'build');
    expect(await refusal(client.createWorkspace({ body: { name: 'build', accountId: 'acme' } }))).toMatchObject({
      status: 409,
      error: 'workspace-exists',
      code: 409,
    });
    expect(await refusal(client.createWorkspace({ body: { name: 'Not A Name', accountId: 'acme' } }))).toMatchObject({
      status: 400,
      error: 'invalid-input',
    });
    expect(await refusal(client.getWorkspace({ path: { workspaceName: 'nowhere' } }))).toMatchObject({ status: 404 });
    expect(await refusal(client.inviteWorkspaceUser({ body: { email: 'nobody' } }))).toMatchObject({ status: 400 });
    expect(await refusal(client.removeWorkspaceUser({ path: { subOrEmail: 'nobody' } }))).toMatchObject({
      status: 404,
      error: 'member-not-found',
    });
    expect(await refusal(client.listApiKeysForServiceAccount({ path: { clientId: 'sa_0123456789' } }))).toMatchObject({
      status: 404,
      error: 'service-account-not-found',
    });
  });
});
