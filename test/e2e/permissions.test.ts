import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declaredRoutes } from '../../scripts/declared-routes.js';
import type { DeclaredRoute } from '../../scripts/declared-routes.js';
import { callers, nameOf, readPermissions } from '../../scripts/permissions-table.js';
import type { Caller } from '../../scripts/permissions-table.js';
import { bringUp } from './permissions.cast.js';
import type { Cast } from './permissions.cast.js';

const guide = fileURLToPath(new URL('../../docs/permissions.md', import.meta.url));
const table = readPermissions(readFileSync(guide, 'utf8'));
const routes = await declaredRoutes();

let cast: Cast;

beforeAll(async () => {
  cast = await bringUp();
});

afterAll(async () => {
  await cast.service.stop();
});

/** A body that gets past validation, for the routes that decide who may call them after it. */
const bodies: ReadonlyMap<string, unknown> = new Map([
  ['POST /v0/workspaces', { name: 'made-by-the-matrix' }],
  ['POST /v0/workspaces/availability', { name: 'made-by-the-matrix' }],
]);

/** The path parameters of a call: well-formed and naming nothing that is there, but for the workspace. */
const parameters = (workspace: string): Readonly<Record<string, string>> => ({
  workspaceName: workspace,
  accountId: 'no-such-account',
  resourceType: 'sandbox',
  imageName: 'no-such-image',
  tagName: 'no-such-tag',
  targetWorkspace: 'no-such-workspace',
  kind: 'sandbox',
  deploymentName: 'no-such-deployment',
  pendingShareId: '00000000-0000-4000-8000-000000000000',
  projectionName: 'no-such-projection',
  clientId: 'sa_0000000000',
  apiKeyId: '0000000000',
  subOrEmail: 'no-such-member',
  webhookId: 'wh_0000000000',
  deliveryId: 'no-such-delivery',
});

interface Verdict {
  readonly status: number;
  readonly error?: string;
  readonly message?: string;
}

/** Calls a route about a workspace; of an answer that does not end, only its beginning is waited for. */
async function call(route: DeclaredRoute, workspace: string, key: string | undefined, query = ''): Promise<Verdict> {
  const path = route.path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = parameters(workspace)[name];
    if (value === undefined) throw new Error(`say what {${name}} of ${nameOf(route)} stands for in this test`);
    return value;
  });
  const body = bodies.get(nameOf(route)) ?? (['POST', 'PUT'].includes(route.method) ? {} : undefined);
  const abort = new AbortController();
  const response = await fetch(`${cast.service.url}${path}${query}`, {
    method: route.method,
    signal: abort.signal,
    headers: {
      'x-blaxel-workspace': workspace,
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const { status } = response;
  const refused = status >= 400 ? ((await response.json()) as Omit<Verdict, 'status'>) : {};
  abort.abort();
  const { error, message } = refused;
  return { status, ...(error !== undefined && { error }), ...(message !== undefined && { message }) };
}

/** `401`, `403` or `yes`, as the table says it; anything else is a fault. */
function admissionOf({ status, message }: Verdict): string {
  if (status === 401 || status === 403) return String(status);
  if (status >= 500) return `failed: ${status}`;
  return message?.startsWith('Cannot ') === true ? 'no such route' : 'yes';
}

describe('the table of permissions', () => {
  it('has every route of the service, and no other', async () => {
    expect([...table.keys()].sort()).toEqual(routes.map(nameOf).sort());
    const response = await fetch(`${cast.service.url}/openapi.json`);
    const { paths } = (await response.json()) as { paths: Record<string, Record<string, unknown>> };
    const served = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => nameOf({ method: method.toUpperCase(), path })),
    );
    expect(served.sort()).toEqual([...table.keys()].sort());
  });

  it.each(routes.map((route) => [nameOf(route), route] as const))('%s', async (name, route) => {
    const found: Partial<Record<Caller, string>> = {};
    // One after another, the mightiest last: what one call changes must not speak for another.
    for (const caller of callers) found[caller] = admissionOf(await call(route, 'alpha', cast.keys[caller]));
    expect(found).toEqual(table.get(name));
  });
});

describe('a name that is not yours', () => {
  const workspaceRoutes = routes.filter(({ access }) => access?.level === 'member' || access?.level === 'admin');
  const nobodys = ['no-such-workspace', 'deleted'] as const;
  const wordsOf = (verdict: Verdict, name: string): Verdict => ({
    ...verdict,
    ...(verdict.message !== undefined && { message: verdict.message.replaceAll(name, 'NAME') }),
  });

  it.each(workspaceRoutes.map((route) => [nameOf(route), route] as const))('%s', async (_name, route) => {
    for (const caller of ['outsider', 'admin of another account'] as const) {
      const key = cast.keys[caller];
      const answers = ['alpha', ...nobodys].map(async (name) => wordsOf(await call(route, name, key), name));
      const [real, ...others] = await Promise.all(answers);
      expect(real?.status).toBe(403);
      for (const other of others) expect(other).toEqual(real);
    }
  });

  it.each(workspaceRoutes.map((route) => [nameOf(route), route] as const))(
    '%s with ?workspace=',
    async (_name, route) => {
      if (route.method !== 'GET') return;
      const answers = ['far', ...nobodys].map(async (name) =>
        wordsOf(await call(route, 'alpha', cast.keys.admin, `?workspace=${name}`), name),
      );
      const [real, ...others] = await Promise.all(answers);
      for (const other of others) expect(other).toEqual(real);
    },
  );

  /** Calls by the admin of alpha that name another workspace or account in another place than the header. */
  const asides: readonly (readonly [string, (name: string) => readonly [string, string, unknown?]])[] = [
    ['sharing', (name) => ['POST', '/v0/images/sandbox/kept/share', { targetWorkspace: name }]],
    [
      'sharing across accounts',
      (name) => ['POST', '/v0/images/sandbox/kept/share', { targetWorkspace: name, targetAccountId: 'two' }],
    ],
    ['unsharing', (name) => ['DELETE', `/v0/images/sandbox/kept/share/${name}`]],
    ['unsharing, to see what would break', (name) => ['DELETE', `/v0/images/sandbox/kept/share/${name}?dryRun=true`]],
    ['a command about a workspace', (name) => command('DeleteWorkspace', { workspace: name })],
    ['a command about its members', (name) => command('RemoveMember', { workspace: name, member: 'ann' })],
    [
      'a command about its images',
      (name) => command('DeleteImage', { workspace: name, resourceType: 'sandbox', name: 'kept' }),
    ],
  ];
  const command = (type: string, payload: unknown): readonly [string, string, unknown] => [
    'POST',
    '/v0/commands',
    { id: 'probe', type, data: payload },
  ];

  it.each(asides)('%s', async (_what, aside) => {
    const answers = ['far', ...nobodys].map(async (name) => {
      const [method, path, body] = aside(name);
      const answer = await cast.api(method, path, { key: cast.keys.admin ?? '', workspace: 'alpha', body });
      return { status: answer.status, body: JSON.stringify(answer.body).replaceAll(name, 'NAME') };
    });
    const [real, ...others] = await Promise.all(answers);
    expect(real?.status).toBeGreaterThanOrEqual(400);
    for (const other of others) expect(other).toEqual(real);
  });

  it('of an account', async () => {
    const answers = ['two', 'no-such-account'].map(async (accountId) => {
      const body = { name: 'somewhere', accountId };
      const answer = await cast.api('POST', '/v0/workspaces', { key: cast.keys.admin ?? '', body });
      return { status: answer.status, body: answer.body };
    });
    const [real, other] = await Promise.all(answers);
    expect(real?.status).toBe(403);
    expect(other).toEqual(real);
  });
});
