import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Platform } from '../../support/platform.js';
import type { Robot } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';
import { digestOf } from '../../support/written-log.js';

interface Recorded {
  readonly position: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly principal: string;
  readonly actor?: string;
  readonly via: string;
  readonly occurredAt: string;
  readonly reason?: string;
  readonly workspace?: string;
}

let service: StartedService;
let platform: Platform;
let admin: Robot;
let member: Robot;
let bus: Robot;
let strangersAdmin: Robot;

/** Writes about every kind of thing, in two accounts. */
beforeAll(async () => {
  service = await startService();
  platform = new Platform(service);
  await platform.account('acme', ['build', 'live', 'gone']);
  await platform.account('other', ['abroad']);
  admin = await platform.robot('build', 'admin');
  member = await platform.robot('build', 'member');
  bus = await platform.robot('build', 'admin', { mayActForOthers: true });
  strangersAdmin = await platform.robot('abroad', 'admin');
  await platform.push('build', 'sandbox/web', 'v1', 1, {
    key: admin.key,
    headers: {
      'x-tagalong-via': 'cli',
      'x-tagalong-reason': encodeURIComponent('Größer, schöner'),
      'x-correlation-id': 'c-1',
    },
  });
  await platform.share('build', 'sandbox/web', 'live');
  await platform.push('abroad', 'sandbox/web', 'v1', 1, { key: strangersAdmin.key });
  await platform.push('build', 'job/etl', 'v1', 2, { key: member.key });
  await platform.call('POST', '/commands', {
    key: bus.key,
    body: {
      id: 'push-2',
      type: 'PushTag',
      principal: `service-account:${member.clientId}`,
      causationId: 'webhook-7',
      reason: 'nightly',
      data: {
        workspace: 'build',
        resourceType: 'sandbox',
        name: 'web',
        tag: 'v2',
        digest: digestOf(3),
        size: 3,
        platforms: [],
      },
    },
  });
  await platform.push('gone', 'job/old', 'v1', 1);
  await platform.call('DELETE', '/images/job/old', { workspace: 'gone' });
  await platform.call('DELETE', '/workspaces/gone');
});

afterAll(async () => {
  await service.stop();
});

async function events(query: string, call: { key?: string; workspace?: string } = {}): Promise<Recorded[]> {
  const { body } = await platform.call('GET', `/audit/events${query}`, call);
  return body as Recorded[];
}

const asAdmin = () => ({ key: admin.key, workspace: 'build' });

describe('the record of a workspace', () => {
  it('says who did what, when, through what and why', async () => {
    const [first] = await events('?image=sandbox/web&kind=TagPushed', asAdmin());
    expect(first).toEqual({
      position: expect.any(String) as unknown,
      stream: 'image-build/sandbox/web',
      revision: 1,
      id: expect.any(String) as unknown,
      type: 'TagPushed',
      schemaVersion: expect.any(Number) as unknown,
      data: expect.objectContaining({ tag: 'v1', digest: digestOf(1), size: 1 }) as unknown,
      principal: `service-account:${admin.clientId}`,
      via: 'cli',
      occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
      reason: 'Größer, schöner',
      commandId: expect.any(String) as unknown,
      correlationId: 'c-1',
      workspace: 'build',
      image: { resourceType: 'sandbox', name: 'web' },
    });
  });

  it('names both when a service acted for somebody', async () => {
    const [pushed] = await events('?kind=TagPushed&order=desc&limit=1', asAdmin());
    expect(pushed).toMatchObject({
      data: { tag: 'v2' },
      principal: `service-account:${member.clientId}`,
      actor: `service-account:${bus.clientId}`,
      via: 'bus-http',
      reason: 'nightly',
      causationId: 'webhook-7',
    });
  });

  it('holds what happened in its own streams and nothing else', async () => {
    const all = await events('?limit=1000', asAdmin());
    expect(new Set(all.map(({ workspace }) => workspace))).toEqual(new Set(['build']));
    expect(all.map(({ stream }) => stream)).toEqual(
      expect.arrayContaining(['workspace-build', 'image-build/sandbox/web', 'image-build/job/etl']),
    );
    const abroad = await events('?limit=1000', { key: strangersAdmin.key, workspace: 'abroad' });
    expect(new Set(abroad.map(({ workspace }) => workspace))).toEqual(new Set(['abroad']));
    expect(await events('?image=sandbox/web', { key: strangersAdmin.key, workspace: 'abroad' })).toMatchObject([
      { stream: 'image-abroad/sandbox/web' },
      { stream: 'image-abroad/sandbox/web' },
    ]);
  });

  it('is not open to members, outsiders and nobody', async () => {
    for (const path of ['/audit/events', '/audit/export']) {
      const asked = async (call: object): Promise<unknown> => {
        const { status, body } = await platform.ask('GET', path, call);
        return { status, ...(body as object) };
      };
      expect(await asked({ key: member.key, workspace: 'build' })).toMatchObject({
        status: 403,
        error: 'admin-required',
      });
      for (const workspace of ['abroad', 'gone', 'nowhere'])
        expect(await asked({ key: admin.key, workspace })).toMatchObject({ status: 403, error: 'workspace-forbidden' });
      expect(await asked({ key: admin.key })).toMatchObject({ status: 400, error: 'workspace-missing' });
      expect(await asked({ key: 'nonsense', workspace: 'build' })).toMatchObject({ status: 401 });
      const other = await platform.ask('GET', `${path}?workspace=abroad`, { key: admin.key });
      expect(other).toMatchObject({ status: 403, body: { error: 'workspace-forbidden' } });
    }
  });
});

describe('the record of everything', () => {
  it('is open to the operator, streams of no workspace included', async () => {
    const all = await events('?limit=1000');
    expect(all.map(({ stream }) => stream)).toEqual(
      expect.arrayContaining(['account-acme', 'account-other', 'workspace-abroad', 'image-live/sandbox/web']),
    );
    expect(all.map(({ position }) => position)).toEqual([...all.map(({ position }) => position)].sort());
    const build = await events('?limit=1000&workspace=build');
    expect(build).toEqual(await events('?limit=1000', asAdmin()));
    expect(build).toEqual(all.filter(({ workspace }) => workspace === 'build'));
  });

  it('keeps what a deleted workspace did', async () => {
    const gone = await events('', { workspace: 'gone' });
    expect(gone.map(({ type }) => type)).toEqual(expect.arrayContaining(['WorkspaceDeleted', 'ImageDeleted']));
    const nowhere = await platform.ask('GET', '/audit/events', { workspace: 'nowhere' });
    expect(nowhere).toMatchObject({ status: 404, body: { error: 'workspace-not-found' } });
  });
});

describe('a question about the record', () => {
  it('is narrowed by every filter', async () => {
    const all = await events('?limit=1000', asAdmin());
    const [, , third] = all;
    const from = third?.occurredAt ?? '';
    const expected: Readonly<Record<string, (event: Recorded) => boolean>> = {
      'image=jobs/etl': ({ stream }) => stream === 'image-build/job/etl',
      [`principal=service-account:${member.clientId}`]: ({ principal }) => principal.endsWith(member.clientId),
      'principal=user:nobody': () => false,
      'kind=TagPushed': ({ type }) => type === 'TagPushed',
      'kind=TagPushed,ImageShared': ({ type }) => type === 'TagPushed' || type === 'ImageShared',
      [`from=${from}`]: ({ occurredAt }) => occurredAt >= from,
      [`to=${from}`]: ({ occurredAt }) => occurredAt < from,
      [`after=${third?.position ?? ''}`]: ({ position }) => position > (third?.position ?? ''),
      [`kind=TagPushed&image=sandbox/web&from=${from}`]: ({ type, stream, occurredAt }) =>
        type === 'TagPushed' && stream === 'image-build/sandbox/web' && occurredAt >= from,
    };
    for (const [query, matches] of Object.entries(expected)) {
      const found = all.filter(matches);
      expect({ query, events: await events(`?limit=1000&${query}`, asAdmin()) }).toEqual({ query, events: found });
      const latestFirst = await events(`?limit=1000&order=desc&${query}`, asAdmin());
      expect({ query, events: latestFirst }).toEqual({ query, events: [...found].reverse() });
    }
  });

  it.each(['asc', 'desc'])('is answered page by page, %s', async (order) => {
    const all = await events(`?limit=1000&order=${order}`, asAdmin());
    const paged: Recorded[] = [];
    let cursor: string | null = null;
    do {
      const path = `/audit/events?limit=3&order=${order}${cursor === null ? '' : `&cursor=${cursor}`}`;
      const { body, headers } = await platform.call('GET', path, asAdmin());
      expect(body).toHaveLength(Math.min(3, all.length - paged.length));
      paged.push(...(body as Recorded[]));
      cursor = headers.get('x-next-cursor');
    } while (cursor !== null);
    expect(paged).toEqual(all);
  });

  it('sees what was answered before', async () => {
    for (let n = 10; n < 20; n++) {
      await platform.push('build', 'agent/helper', `v${n}`, n);
      const [latest] = await events('?order=desc&limit=1', asAdmin());
      expect(latest?.data).toMatchObject({ tag: `v${n}` });
    }
  });

  it.each([
    ['image=sandbox', 'image'],
    ['image=sandbox/web:v1', 'image'],
    ['image=folder/web', 'image'],
    ['kind=TagPushed,', 'kind'],
    ['kind=TagPusht', 'kind'],
    ['principal=%00', 'principal'],
    ['from=yesterday', 'from'],
    ['to=2026-02-30T00:00:00Z', 'to'],
    ['from=2026-01-01T00:00:00+02:00', 'from'],
    ['after=%20', 'after'],
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['order=up', 'order'],
    ['kind=TagPushed&kind=TagDeleted', 'kind'],
    ['sort=asc', 'sort'],
  ])('that says %s is refused and told why', async (query, field) => {
    const { status, body } = await platform.ask('GET', `/audit/events?${query}`, asAdmin());
    expect({ status, body }).toMatchObject({ status: 400, body: { error: 'invalid-input', details: [{ field }] } });
  });

  it('with a cursor of somebody else, or for a time that ends before it begins, is refused', async () => {
    const ask = (query: string) => platform.ask('GET', `/audit/events?${query}`, asAdmin());
    expect(await ask('cursor=abc')).toMatchObject({ status: 400, body: { error: 'invalid-cursor' } });
    const period = 'from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z';
    expect(await ask(period)).toMatchObject({ status: 400, body: { error: 'invalid-period' } });
  });
});

describe('an export', () => {
  it('has the same events, and says at the end that it is whole', async () => {
    const lines = await platform.lines('GET', '/audit/export', asAdmin());
    const all = await events('?limit=1000', asAdmin());
    expect(lines.filter(({ kind }) => kind === 'event').map(({ event }) => event)).toEqual(all);
    expect(lines.at(-2)).toEqual({
      kind: 'progress',
      exported: all.length,
      position: all.at(-1)?.position,
      through: expect.any(String) as unknown,
    });
    expect(lines.at(-1)).toEqual({ kind: 'end', exported: all.length });
  });

  it('takes the same filters, and goes on where a broken one ended', async () => {
    const pushes = await events('?limit=1000&kind=TagPushed', asAdmin());
    const after = pushes[1]?.position ?? '';
    const lines = await platform.lines('GET', `/audit/export?kind=TagPushed&after=${after}`, asAdmin());
    expect(lines.filter(({ kind }) => kind === 'event').map(({ event }) => event)).toEqual(pushes.slice(2));
    expect(await platform.lines('GET', '/audit/export?principal=user:nobody', asAdmin())).toEqual([
      { kind: 'end', exported: 0 },
    ]);
  });

  it('is told what is wrong with its filters before it begins', async () => {
    const { status, body } = await platform.ask('GET', '/audit/export?kind=Nothing', asAdmin());
    expect({ status, body }).toMatchObject({ status: 400, body: { error: 'invalid-input' } });
  });
});
