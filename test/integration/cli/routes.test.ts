import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployment, image } from './support/answers.js';
import { RecordingServer, refusal } from './support/recording-server.js';
import { loggedInTo, runHere } from './support/run-here.js';

let server: RecordingServer;

beforeEach(async () => {
  server = await RecordingServer.start();
});

afterEach(async () => {
  await server.stop();
});

const run = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runHere(words, { env: { ...loggedInTo(server.url), NO_COLOR: '1', ...env } });

const request = {
  id: 'req-1',
  imageName: 'x',
  resourceType: 'sandbox',
  sourceWorkspace: 'team',
  targetWorkspace: 'partner',
};
const account = {
  id: 'acme',
  name: 'Acme',
  sharingPolicy: { targetAdmin: 'required', acrossAccounts: 'by-request' },
  createdAt: '2026-09-01T00:00:00.000Z',
};
const webhook = { id: 'wh_1', url: 'https://example.com/h', description: '', state: 'enabled' };
const delivery = {
  id: 'd-1',
  type: 'tagalong.tag.pushed',
  state: 'failed',
  attempts: [{ at: account.createdAt, durationMs: 3, status: 500 }],
};
const digest = `sha256:${'c3'.repeat(32)}`;
const resolved = {
  source: { workspace: 'platform', resourceType: 'sandbox', name: 'x' },
  repository: 'registry.localhost/platform/sandbox/x',
  tag: 'v1',
  digest,
  reference: `registry.localhost/platform/sandbox/x@${digest}`,
};

/** Line, route, answer, what the request says (query or body), what people are told. */
type Case = readonly [line: string, route: string, answer: unknown, sent: object | undefined, told: string];

const writes: readonly Case[] = [
  ['cleanup images --yes', 'DELETE /v0/images', { deleted: 2 }, undefined, 'deleted 2 images'],
  [
    'requests accept req-1',
    'POST /v0/pending-image-shares/req-1/accept',
    image({ sourceWorkspace: 'platform' }),
    undefined,
    'accepted sandbox/my-template ← platform',
  ],
  [
    'requests accept req-1 --force',
    'POST /v0/pending-image-shares/req-1/accept',
    image(),
    { force: 'true' },
    'accepted',
  ],
  ['requests decline a/b', 'POST /v0/pending-image-shares/a%2Fb/decline', undefined, undefined, 'declined request a/b'],
  [
    'deploy sandbox/x:v1 --name box',
    'POST /v0/deployments',
    deployment(),
    { kind: 'sandbox', name: 'box', image: 'sandbox/x:v1' },
    'deployed sandbox/dev-box from sandbox/my-template:v1, pinned to sha256:a1a1a1a1a1a1',
  ],
  [
    `deploy sandboxes/x@${digest} --name box --kind agent`,
    'POST /v0/deployments',
    deployment(),
    { kind: 'agent', name: 'box', image: `sandbox/x@${digest}` },
    'deployed',
  ],
  [
    'deployments delete agents/box --yes',
    'DELETE /v0/deployments/agent/box',
    deployment(),
    undefined,
    'deleted deployment agents/box',
  ],
  [
    'workspaces create new --display-name New --account acme --label a=1 --label b=',
    'POST /v0/workspaces',
    { name: 'new' },
    { name: 'new', displayName: 'New', accountId: 'acme', labels: { a: '1', b: '' } },
    'created workspace new',
  ],
  [
    'workspaces update --display-name Better',
    'PUT /v0/workspaces/team',
    { name: 'team' },
    { displayName: 'Better' },
    'changed workspace team',
  ],
  [
    'workspaces update other --label a=b=c',
    'PUT /v0/workspaces/other',
    { name: 'other' },
    { labels: { a: 'b=c' } },
    'changed workspace other',
  ],
  [
    'workspaces delete other --yes',
    'DELETE /v0/workspaces/other',
    { name: 'other' },
    undefined,
    'deleted workspace other',
  ],
  ['members add kim', 'POST /v0/users', { sub: 'kim' }, { sub: 'kim' }, 'added kim as member'],
  [
    'members add --service-account sa_1 --role admin',
    'POST /v0/users',
    {},
    { serviceAccount: 'sa_1', role: 'admin' },
    'added sa_1 as admin',
  ],
  [
    'members invite kim@example.com',
    'POST /v0/users',
    { email: 'kim@example.com' },
    { email: 'kim@example.com' },
    'invited kim@example.com as member',
  ],
  [
    'members role kim@example.com admin',
    'PUT /v0/users/kim%40example.com',
    {},
    { role: 'admin' },
    'kim@example.com is admin now',
  ],
  ['members remove auth0|kim --yes', 'DELETE /v0/users/auth0%7Ckim', undefined, undefined, 'removed auth0|kim'],
  [
    'service-accounts create ci --role admin --may-act-for-others',
    'POST /v0/service_accounts',
    { client_id: 'sa_1' },
    { name: 'ci', role: 'admin', mayActForOthers: true },
    'created service account ci with client id sa_1',
  ],
  [
    'sa update sa_1 --name ci2',
    'PUT /v0/service_accounts/sa_1',
    { client_id: 'sa_1' },
    { name: 'ci2' },
    'changed service account sa_1',
  ],
  [
    'sa delete sa_1 --yes',
    'DELETE /v0/service_accounts/sa_1',
    { client_id: 'sa_1' },
    undefined,
    'deleted service account sa_1',
  ],
  [
    'keys create sa_1 --name ci --expires-in 30d',
    'POST /v0/service_accounts/sa_1/api_keys',
    { id: 'k1', apiKey: 'the-key', name: 'ci' },
    { name: 'ci', expires_in: '30d' },
    'Key    the-key',
  ],
  ['keys revoke sa_1 k1 --yes', 'DELETE /v0/service_accounts/sa_1/api_keys/k1', undefined, undefined, 'revoked key k1'],
  [
    'accounts create Acme --id acme --owner-email o@acme.example',
    'POST /v0/accounts',
    account,
    { name: 'Acme', id: 'acme', ownerEmail: 'o@acme.example' },
    'opened account acme',
  ],
  [
    'webhooks create https://example.com/h --event tag.pushed --event tag.deleted --description site',
    'POST /v0/webhooks',
    { ...webhook, secret: 'whsec_one' },
    { url: 'https://example.com/h', description: 'site', events: ['tag.pushed', 'tag.deleted'] },
    'Secret    whsec_one',
  ],
  ['webhooks delete wh_1 --yes', 'DELETE /v0/webhooks/wh_1', webhook, undefined, 'deleted webhook wh_1'],
  ['webhooks enable wh_1', 'POST /v0/webhooks/wh_1/enable', webhook, undefined, 'enabled webhook wh_1'],
  ['webhooks disable wh_1', 'POST /v0/webhooks/wh_1/disable', webhook, undefined, 'disabled webhook wh_1'],
  ['webhooks rotate wh_1', 'POST /v0/webhooks/wh_1/secret', { secret: 'whsec_two' }, {}, 'whsec_two'],
  [
    'webhooks rotate wh_1 --at-once',
    'POST /v0/webhooks/wh_1/secret',
    { secret: 'whsec_two' },
    { atOnce: true },
    'whsec_two',
  ],
  [
    'webhooks test wh_1',
    'POST /v0/webhooks/wh_1/test',
    { ...delivery, state: 'delivered', attempts: [{ at: account.createdAt, status: 200 }] },
    undefined,
    'd-1 delivered: 200',
  ],
  [
    'webhooks redeliver wh_1 d-1',
    'POST /v0/webhooks/wh_1/deliveries/d-1/redeliver',
    { ...delivery, state: 'delivered', attempts: [{ at: account.createdAt, status: 204 }] },
    undefined,
    'd-1 delivered: 204',
  ],
  ['projections rebuild catalog', 'POST /v0/projections/catalog/rebuild', undefined, undefined, 'rebuilding catalog'],
  ['projections pause catalog', 'POST /v0/projections/catalog/pause', undefined, undefined, 'paused catalog'],
  ['projections resume catalog', 'POST /v0/projections/catalog/resume', undefined, undefined, 'resumed catalog'],
  ['projections retry catalog', 'POST /v0/projections/catalog/retry', undefined, undefined, 'catalog tries again'],
];

const reads: readonly Case[] = [
  [
    'shares sandbox/x',
    'GET /v0/images/sandbox/x/share',
    [{ workspace: 'other', accountId: 'acme', status: 'pending', pendingShareId: 'req-1' }],
    undefined,
    '→ other   pending   acme      req-1',
  ],
  ['shares sandbox/x', 'GET /v0/images/sandbox/x/share', [], undefined, 'sandbox/x is shared with nobody.'],
  [
    'requests list',
    'GET /v0/pending-image-shares',
    [{ ...request, hasConflict: true }],
    { direction: 'incoming' },
    '← team   name taken',
  ],
  ['requests list --outgoing', 'GET /v0/pending-image-shares', [request], { direction: 'outgoing' }, '→ partner'],
  [
    'deployments list --kind agent',
    'GET /v0/deployments',
    [deployment('dev-box', 'platform')],
    { kind: 'agent' },
    '← platform',
  ],
  [
    'deployments get sandbox/dev-box',
    'GET /v0/deployments/sandbox/dev-box',
    deployment(),
    undefined,
    'Pulls        registry.localhost/team/sandbox/my-template@sha256:',
  ],
  ['resolve sandbox/x:v1', 'GET /v0/images/sandbox/x/resolve', resolved, { tag: 'v1' }, 'Source   platform/sandbox/x'],
  [
    `resolve sandbox/x@${digest} --pull-reference`,
    'GET /v0/images/sandbox/x/resolve',
    resolved,
    { digest },
    `registry.localhost/platform/sandbox/x@${digest}\n`,
  ],
  [
    'usage sandbox/x',
    'GET /v0/images/sandbox/x/usage',
    { shares: [], workspaces: [{ workspace: 'team', deployments: [deployment()] }] },
    undefined,
    'team        sandbox/dev-box',
  ],
  [
    'whoami',
    'GET /v0/whoami',
    { principal: 'user:kim', kind: 'user', workspaces: [{ name: 'team', role: 'admin', accountId: 'acme' }] },
    undefined,
    'team        admin   acme',
  ],
  ['workspaces list', 'GET /v0/workspaces', [{ name: 'team' }, { name: 'other' }], undefined, '*   team'],
  ['workspaces get', 'GET /v0/workspaces/team', { name: 'team', labels: { a: 'b' } }, undefined, 'Labels      a=b'],
  [
    'members list',
    'GET /v0/users',
    [
      { sub: 'kim', email: 'k@x', role: 'admin', accepted: true },
      { email: 'l@x', role: 'member', accepted: false },
    ],
    undefined,
    'l@x      l@x     member   invited',
  ],
  ['sa list', 'GET /v0/service_accounts', [{ client_id: 'sa_1', name: 'ci' }], undefined, 'sa_1        ci'],
  ['keys list sa_1', 'GET /v0/service_accounts/sa_1/api_keys', [{ id: 'k1', name: '' }], undefined, 'k1    never'],
  [
    'projections status',
    'GET /v0/projections',
    [
      {
        name: 'catalog',
        version: 2,
        state: 'live',
        ready: true,
        checkpoint: '9',
        lagMs: 1.4,
        eventsProcessed: 9,
        eventsInLog: 9,
        rebuild: { version: 2, state: 'running', eventsProcessed: 4, eventsInLog: 9 },
      },
    ],
    undefined,
    'catalog      live          2   9 of 9   1 ms          9    4 of 9',
  ],
  ['webhooks list', 'GET /v0/webhooks', [webhook], undefined, 'wh_1      https://example.com/h   all      enabled'],
  [
    'webhooks secret wh_1',
    'GET /v0/webhooks/wh_1/secret',
    { secret: 'whsec_two', previous: { secret: 'whsec_one', until: account.createdAt } },
    undefined,
    'Before           whsec_one',
  ],
  [
    'webhooks deliveries wh_1 --state failed',
    'GET /v0/webhooks/wh_1/deliveries',
    [delivery],
    { limit: '100', state: 'failed' },
    'd-1        tagalong.tag.pushed   failed   1',
  ],
  ['accounts list', 'GET /v0/accounts', [account], undefined, 'acme      Acme   required       by-request'],
  ['accounts get acme', 'GET /v0/accounts/acme', account, undefined, 'Across accounts   by-request'],
];

describe('every command asks for the right thing and tells what came of it', () => {
  it.each([...writes, ...reads])('%s', async (line, route, answer, sent, told) => {
    server.on(route, { body: answer });
    const { code, stdout, stderr } = await run(line.split(' '));
    expect(stderr.replace(/^the key is shown this once.*\n/, '')).toBe('');
    expect(code).toBe(0);
    const [only] = server.to(route);
    const query = Object.fromEntries(new URL(only?.path ?? '', 'http://x').searchParams);
    const said: unknown = only?.body === '' ? query : JSON.parse(only?.body ?? 'null');
    expect(said).toEqual(sent ?? {});
    expect(stdout).toContain(told);
  });

  it.each(writes)('%s gives its reason and a form for programs', async (line, route, answer) => {
    server.on(route, { body: answer });
    const { code, stdout } = await run([...line.split(' '), '--reason', 'because', '-o', 'json']);
    expect(code).toBe(0);
    const [only] = server.to(route);
    expect(only?.headers).toMatchObject({ 'x-tagalong-reason': 'because', 'x-tagalong-via': 'cli' });
    expect(() => JSON.parse(stdout) as unknown).not.toThrow();
    expect(JSON.parse(stdout)).toBeTruthy();
  });
});

describe('a message that does not arrive', () => {
  it.each([
    ['webhooks test wh_1', 'POST /v0/webhooks/wh_1/test'],
    ['webhooks redeliver wh_1 d-1', 'POST /v0/webhooks/wh_1/deliveries/d-1/redeliver'],
  ])('fails %s, and is told all the same', async (line, route) => {
    server.on(route, { body: delivery });
    const { code, stdout, stderr } = await run(line.split(' '));
    expect(code).toBe(1);
    expect(stdout).toContain('d-1 did not arrive: 500');
    expect(stderr).toContain('the receiver did not take the message');
  });
});

describe('billing storage', () => {
  const bill = {
    from: '2026-09-01T00:00:00.000Z',
    to: '2026-10-01T00:00:00.000Z',
    workspaces: [
      {
        workspace: 'team',
        bytesNow: '9007199254740993',
        byteHours: 2 ** 30,
        images: [{ resourceType: 'sandbox', name: 'x', bytesNow: '9007199254740993', byteHours: 2 ** 30 }],
        shared: [{ resourceType: 'agent', name: 'y', sourceWorkspace: 'platform', sharedBytes: 1_024, billedBytes: 0 }],
      },
    ],
  };

  it('shows what is owned and what is shared in, and the period', async () => {
    server.on('GET /v0/billing/storage', { body: bill });
    const line = 'billing storage --from 2026-09-01T00:00:00Z --to 2026-10-01T00:00:00Z --step day -u';
    const { stdout } = await run(line.split(' '));
    expect(server.requests[0]?.path).toBe(
      '/v0/billing/storage?from=2026-09-01T00%3A00%3A00Z&to=2026-10-01T00%3A00%3A00Z&step=day',
    );
    expect(stdout).toBe(
      [
        'From   2026-09-01 00:00:00Z',
        'To     2026-10-01 00:00:00Z',
        '',
        'team',
        'IMAGE       FROM         STORED NOW   BYTE-HOURS    SHARED',
        'sandbox/x   own             8.00 PB    1.00 GB·h         -',
        'agent/y     ← platform          0 B        0 B·h   1.00 KB',
        'total                       8.00 PB    1.00 GB·h         -',
        '',
      ].join('\n'),
    );
  });

  it('gives programs the exact figures', async () => {
    server.on('GET /v0/billing/storage', { body: bill });
    expect(JSON.parse((await run(['billing', 'storage', '-o', 'json'])).stdout)).toEqual(bill);
  });
});

describe('commands of several steps', () => {
  it('a policy keeps what is not named', async () => {
    server.on('GET /v0/accounts/acme', { body: account }).on('PUT /v0/accounts/acme/sharing-policy', { body: account });
    await run('accounts sharing-policy acme --target-admin not-required'.split(' '));
    expect(JSON.parse(server.to('PUT /v0/accounts/acme/sharing-policy')[0]?.body ?? '')).toEqual({
      targetAdmin: 'not-required',
      acrossAccounts: 'by-request',
    });
  });

  it('a request is withdrawn where it was made to', async () => {
    server
      .on('GET /v0/pending-image-shares', { body: [{ ...request, imageName: 'a/b' }] })
      .on('DELETE /v0/images/sandbox/a%2Fb/share/partner', { body: image() });
    expect((await run(['requests', 'withdraw', 'req-1'])).stdout).toBe('withdrew request req-1 to partner\n');
    const unknown = await run(['requests', 'withdraw', 'req-2']);
    expect(unknown.code).toBe(4);
    expect(server.to('DELETE /v0/images/sandbox/a%2Fb/share/partner')).toHaveLength(1);
  });

  it('of a workspace are about that workspace, whichever is the current one', async () => {
    server.on('GET /v0/workspaces/other', { body: { name: 'other' } });
    await run(['workspaces', 'get', 'other']);
    expect(server.requests[0]?.headers['x-blaxel-workspace']).toBe('other');
  });
});

describe('wrong lines', () => {
  it.each([
    ['members add', 'name one to add'],
    ['members add kim --service-account sa_1', 'name one to add'],
    ['members role kim owner', 'Allowed choices are admin, member'],
    ['workspaces update', 'there is nothing to change'],
    ['workspaces create Not_A_Name', 'A workspace has 1 to 63'],
    ['workspaces create x --label nonsense', 'A label is written key=value'],
    ['sa update sa_1', 'there is nothing to change'],
    ['accounts sharing-policy acme', 'there is nothing to change'],
    ['keys create sa_1 --expires-in soon', 'A duration is a number with h, d or w'],
    ['deploy sandbox/x', "required option '--name <name>' not specified"],
    [`deploy sandbox/x:v1@${digest} --name n`, 'a tag and a digest exclude each other'],
    ['deployments get box', 'is not KIND/NAME'],
    ['resolve x', 'names no resource type'],
    ['usage sandbox/x:v1', 'usage is told for the whole image'],
    [`delete image sandbox/x@${digest} --yes`, 'digests are not deleted'],
    ['get images --limit 0', 'A positive whole number is expected'],
    ['get images --retries -1', 'A whole number from 0 to 99'],
    ['get images --timeout never', 'A number of seconds is expected'],
  ])('%s: %s', async (line, message) => {
    const { code, stderr } = await run(line.split(' '));
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(server.requests).toEqual([]);
  });

  it('reasons and ids that could not be recorded', async () => {
    for (const reason of ['a\nb', 'x'.repeat(501)]) {
      expect((await run(['cleanup', 'images', '--yes', '--reason', reason])).code).toBe(2);
    }
    expect((await run(['cleanup', 'images', '--yes', '--idempotency-key', 'ä'])).code).toBe(2);
    expect(server.requests).toEqual([]);
  });

  it('without a workspace say so', async () => {
    server.on('DELETE /v0/images', refusal(400, 'workspace-missing', 'No workspace.'));
    const { code, stderr } = await run(['cleanup', 'images', '--yes'], { TAGALONG_WORKSPACE: '' });
    expect(code).toBe(2);
    expect(stderr).toContain('add --workspace NAME, or set TAGALONG_WORKSPACE');
  });
});
