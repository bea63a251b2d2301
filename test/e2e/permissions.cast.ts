import { randomBytes } from 'node:crypto';
import type { Caller } from '../../scripts/permissions-table.js';
import { apiOf } from '../support/api.js';
import type { Api } from '../support/api.js';
import { startService } from '../support/service.js';
import type { StartedService } from '../support/service.js';

/** A service with somebody of every kind. They all call about workspace `alpha` of account `one`. */
export interface Cast {
  readonly service: StartedService;
  readonly api: Api;
  readonly keys: Readonly<Record<Caller, string | undefined>>;
}

/** Starts a service with two accounts, four workspaces (one deleted), an image that is deployed, and the callers. */
export async function bringUp(): Promise<Cast> {
  const service = await startService();
  const api = apiOf(service.url);
  const key = service.operatorKey;
  const must = async (...[method, path, call]: Parameters<Api>): Promise<Readonly<Record<string, unknown>>> => {
    const { status, body } = await api(method, path, { key, ...call });
    if (status >= 300 || typeof body !== 'object' || body === null) {
      throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    }
    return { ...body };
  };

  for (const id of ['one', 'two']) await must('POST', '/v0/accounts', { body: { id, name: id } });
  for (const [name, accountId] of [
    ['alpha', 'one'],
    ['beta', 'one'],
    ['deleted', 'one'],
    ['far', 'two'],
  ]) {
    await must('POST', '/v0/workspaces', { body: { name, accountId } });
  }
  await must('DELETE', '/v0/workspaces/deleted');
  const digest = `sha256:${'a'.repeat(64)}`;
  await must('PUT', '/v0/images/sandbox/kept/tags/v1', { workspace: 'alpha', body: { digest, size: 1 } });
  await must('POST', '/v0/deployments', {
    workspace: 'alpha',
    body: { kind: 'sandbox', name: 'running', image: 'sandbox/kept:v1' },
  });

  const holder = async (workspace: string, role: string): Promise<{ readonly path: string; readonly key: string }> => {
    const account = await must('POST', '/v0/service_accounts', { workspace, body: { name: role, role } });
    const keys = `/v0/service_accounts/${String(account['client_id'])}/api_keys`;
    const issued = await must('POST', keys, { workspace, body: {} });
    return { path: `${keys}/${String(issued['id'])}`, key: String(issued['apiKey']) };
  };
  const revoked = await holder('alpha', 'admin');
  await must('DELETE', revoked.path, { workspace: 'alpha' });
  return {
    service,
    api,
    keys: {
      'no credential': undefined,
      'wrong key': `tgl_0123456789abcdef_${randomBytes(32).toString('base64url')}`,
      'revoked key': revoked.key,
      outsider: (await holder('beta', 'member')).key,
      member: (await holder('alpha', 'member')).key,
      admin: (await holder('alpha', 'admin')).key,
      'admin of another account': (await holder('far', 'admin')).key,
      operator: key,
    },
  };
}
