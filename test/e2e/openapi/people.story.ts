import { textIn } from '../../support/platform.js';
import type { Recorder } from './recorder.js';

/** Gives a token of the issuer to somebody with this verified address. */
export type TokenOf = (sub: string, email: string) => Promise<string>;

/** Brings up accounts, workspaces, users, service accounts and keys. */
export async function peopleStory(recorder: Recorder, tokenOf: TokenOf): Promise<void> {
  await accounts(recorder);
  await workspaces(recorder);
  await serviceAccounts(recorder);
  await users(recorder, tokenOf);
}

async function accounts(recorder: Recorder): Promise<void> {
  await recorder.expect(200, 'POST', '/v0/accounts', {
    body: { id: 'acme', name: 'Acme', ownerEmail: 'owner@acme.example' },
    headers: {
      'idempotency-key': 'acme-opens',
      'x-tagalong-reason': 'a%20new%20customer',
      'x-tagalong-via': 'console',
    },
  });
  await recorder.expect(200, 'POST', '/v0/accounts', { body: { id: 'globex', name: 'Globex' } });
  await recorder.expect(409, 'POST', '/v0/accounts', { body: { id: 'acme', name: 'Another Acme' } });
  await recorder.expect(200, 'GET', '/v0/accounts');
  await recorder.expect(200, 'GET', '/v0/accounts/acme');
  await recorder.expect(404, 'GET', '/v0/accounts/initech');
  const policy = { targetAdmin: 'not-required', acrossAccounts: 'by-request' };
  await recorder.expect(200, 'PUT', '/v0/accounts/acme/sharing-policy', { body: policy });
  await recorder.expect(200, 'PUT', '/v0/accounts/globex/sharing-policy', { body: policy });
  await recorder.expect(404, 'PUT', '/v0/accounts/initech/sharing-policy', { body: policy });
}

async function workspaces(recorder: Recorder): Promise<void> {
  const create = (body: object, status = 200) => recorder.expect(status, 'POST', '/v0/workspaces', { body });
  await create({ name: 'build', accountId: 'acme', displayName: 'Build', labels: { team: 'core' } });
  await create({ name: 'live', accountId: 'acme' });
  await create({ name: 'doomed', accountId: 'acme' });
  await create({ name: 'far', accountId: 'globex' });
  await create({ name: 'far', accountId: 'acme' }, 409);
  await create({ name: 'nowhere' }, 400);
  await create({ name: 'nowhere', accountId: 'initech' }, 404);
  await recorder.expect(200, 'POST', '/v0/workspaces/availability', { body: { name: 'build' } });
  for (const name of ['build', 'nowhere']) {
    await recorder.expect(200, 'POST', '/v0/workspaces/availability?withReason=true', { body: { name } });
  }
  await recorder.expect(200, 'GET', '/v0/workspaces');
  await recorder.expect(404, 'GET', '/v0/workspaces/nowhere');
  await recorder.expect(404, 'PUT', '/v0/workspaces/nowhere', { body: {} });
  await recorder.expect(404, 'DELETE', '/v0/workspaces/nowhere');
  const one = await recorder.expect(200, 'GET', '/v0/workspaces/build?countResources=true');
  // Clients of the management API send back what they got, with one field changed.
  const sentBack = { ...(one.body as object), displayName: 'Build and test' };
  await recorder.expect(200, 'PUT', '/v0/workspaces/build', { body: sentBack });
  await recorder.expect(400, 'PUT', '/v0/workspaces/build', { body: { name: 'renamed' } });
  await recorder.expect(400, 'PUT', '/v0/workspaces/build', { body: { accountId: 'globex' } });
  await recorder.expect(200, 'DELETE', '/v0/workspaces/doomed');
}

async function serviceAccounts(recorder: Recorder): Promise<void> {
  const workspace = 'build';
  const create = (body: object) => recorder.expect(200, 'POST', '/v0/service_accounts', { workspace, body });
  const created = await create({ name: 'CI', description: 'builds', role: 'admin', mayActForOthers: true });
  const path = `/v0/service_accounts/${textIn(created.body, 'client_id')}`;
  const gone = '/v0/service_accounts/sa_0000000000';
  await recorder.expect(200, 'GET', '/v0/service_accounts', { workspace });
  await recorder.expect(200, 'PUT', path, { workspace, body: { name: 'CI/CD' } });
  await recorder.expect(404, 'PUT', gone, { workspace, body: { name: 'CI/CD' } });

  const headers = { 'idempotency-key': 'first-key' };
  const body = { name: 'first', expires_in: '30d' };
  const issued = await recorder.expect(200, 'POST', `${path}/api_keys`, { workspace, body, headers });
  await recorder.expect(200, 'POST', `${path}/api_keys`, { workspace, body, headers });
  await recorder.expect(400, 'POST', `${path}/api_keys`, { workspace, body: { expires_in: '999999w' } });
  await recorder.expect(404, 'POST', `${gone}/api_keys`, { workspace, body: {} });
  await recorder.expect(200, 'GET', `${path}/api_keys`, { workspace });
  await recorder.expect(404, 'GET', `${gone}/api_keys`, { workspace });
  const key = textIn(issued.body, 'apiKey');
  await recorder.expect(200, 'GET', '/v0/whoami', { key });
  await recorder.expect(409, 'DELETE', path, { workspace, key });
  await recorder.expect(200, 'DELETE', `${path}/api_keys/${textIn(issued.body, 'id')}`, { workspace });
  await recorder.expect(404, 'DELETE', `${path}/api_keys/0000000000`, { workspace });
  await recorder.expect(200, 'DELETE', path, { workspace });
  await recorder.expect(404, 'DELETE', gone, { workspace });
}

async function users(recorder: Recorder, tokenOf: TokenOf): Promise<void> {
  const workspace = 'build';
  const add = (body: object, status = 200) => recorder.expect(status, 'POST', '/v0/users', { workspace, body });
  await add({ email: 'ann@acme.example', role: 'admin' });
  await add({ email: 'bob@acme.example' });
  await add({ sub: 'carol' });
  await add({ sub: 'carol', role: 'admin' }, 409);
  await add({ serviceAccount: 'sa_0000000000' }, 404);
  await add({}, 400);
  // The first sign-in makes the invited a member.
  const key = await tokenOf('ann', 'ann@acme.example');
  await recorder.expect(200, 'GET', '/v0/whoami', { key });
  await recorder.expect(200, 'GET', '/v0/users', { workspace });
  await recorder.expect(200, 'PUT', '/v0/users/carol', { workspace, body: { role: 'admin' } });
  await recorder.expect(404, 'PUT', '/v0/users/nobody', { workspace, body: { role: 'admin' } });
  await recorder.expect(200, 'DELETE', '/v0/users/carol', { workspace });
  await recorder.expect(404, 'DELETE', '/v0/users/nobody', { workspace });
  await recorder.expect(409, 'PUT', '/v0/users/ann', { workspace, key, body: { role: 'member' } });
  await recorder.expect(409, 'DELETE', '/v0/users/ann', { workspace, key });
}
