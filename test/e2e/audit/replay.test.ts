import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Platform } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';

let service: StartedService;
let platform: Platform;
/** Of every event there is, in order, with the time it is dated at. */
let events: readonly { readonly position: string; readonly occurredAt: string }[];

const workspaces = ['build', 'live'] as const;

/** A short history in which an image comes, goes, and comes back. */
beforeAll(async () => {
  service = await startService();
  platform = new Platform(service);
  await platform.account('acme', workspaces);
  await platform.push('build', 'sandbox/web', 'v1', 1);
  await platform.share('build', 'sandbox/web', 'live');
  await platform.push('build', 'sandbox/web', 'v2', 2);
  const deployment = { kind: 'sandbox', name: 'box', image: 'sandbox/web:v1' };
  await platform.call('POST', '/deployments', { workspace: 'live', body: deployment });
  await platform.call('DELETE', '/deployments/sandbox/box', { workspace: 'live' });
  await platform.call('DELETE', '/images/sandbox/web/share/live', { workspace: 'build' });
  await platform.call('DELETE', '/images/sandbox/web', { workspace: 'build' });
  await platform.push('build', 'sandbox/web', 'v9', 9);
  await platform.push('live', 'agent/mine', 'v1', 4);
  const { body } = await platform.call('GET', '/audit/events?limit=1000');
  events = z.array(z.object({ position: z.string(), occurredAt: z.string() })).parse(body);
}, 60_000);

afterAll(() => service.stop());

interface Replayed {
  readonly images: readonly unknown[];
  readonly deployments: readonly unknown[];
  readonly result: unknown;
}

async function replayed(query: string): Promise<Replayed> {
  const lines = await platform.lines('POST', `/audit/replay${query}`);
  return {
    images: lines.flatMap(({ kind, image }) => (kind === 'image' ? [image] : [])),
    deployments: lines.flatMap(({ kind, deployment }) => (kind === 'deployment' ? [deployment] : [])),
    result: lines.at(-1),
  };
}

const seen = async (workspace: string, at: string): Promise<unknown> =>
  (await platform.call('GET', `/images?at=${encodeURIComponent(at)}`, { workspace })).body;

describe('a replay', () => {
  it('builds what every workspace saw at any position, as the history tells it', async () => {
    expect(events.length).toBeGreaterThan(12);
    for (const [index, { position }] of events.entries()) {
      const { images, result } = await replayed(`?to=${position}`);
      const told = await Promise.all(workspaces.map((workspace) => seen(workspace, position)));
      expect(images, position).toEqual(told.flat());
      expect(result).toMatchObject({ kind: 'result', events: index + 1, through: position, images: images.length });
    }
  }, 60_000);

  it('builds what there was at a time', async () => {
    for (const { occurredAt } of events) {
      const { images } = await replayed(`?to=${encodeURIComponent(occurredAt)}`);
      expect(images, occurredAt).toEqual(
        (await Promise.all(workspaces.map((workspace) => seen(workspace, occurredAt)))).flat(),
      );
    }
    expect(await replayed('?to=2020-01-01T00:00:00Z')).toEqual({
      images: [],
      deployments: [],
      result: { kind: 'result', events: 0, images: 0, deployments: 0 },
    });
  }, 60_000);

  it('builds the present, and tells of what runs as long as it does', async () => {
    const now = await replayed('');
    expect(now.images).toEqual(
      (
        await Promise.all(
          workspaces.map(async (workspace) => (await platform.call('GET', '/images', { workspace })).body),
        )
      ).flat(),
    );
    expect(now.deployments).toEqual([]);
    const running: unknown[] = [];
    for (const { position } of events) running.push(...(await replayed(`?to=${position}`)).deployments);
    expect(running).toMatchObject([{ metadata: { workspace: 'live', name: 'box' }, spec: { tag: 'v1' } }]);
  }, 60_000);

  it('tells of one workspace or one image', async () => {
    const last = events.at(-1)?.position ?? '';
    expect((await replayed(`?to=${last}&workspace=live`)).images).toMatchObject([{ metadata: { name: 'mine' } }]);
    expect((await replayed('?image=sandboxes/web')).images).toMatchObject([{ metadata: { workspace: 'build' } }]);
    expect((await replayed('?image=job/web')).images).toEqual([]);
  });

  it.each([
    ['to=5', 'to must be a time in RFC 3339'],
    ['to=2026-02-30T00:00:00Z', 'to must be a time in RFC 3339'],
    ['to=', 'to must be'],
    ['image=web', 'image must be a whole image'],
    ['image=sandbox/web:v1', 'image must be a whole image'],
    ['workspace=No', 'workspace'],
    ['until=now', 'until'],
  ])('refuses %s', async (query, message) => {
    const { status, body } = await platform.ask('POST', `/audit/replay?${query}`);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(message);
  });

  it('is done one at a time', async () => {
    const asked = await Promise.all(Array.from({ length: 4 }, () => platform.ask('POST', '/audit/replay')));
    const refused = asked.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(4);
    for (const refusal of refused) expect(refusal).toMatchObject({ status: 409, body: { error: 'replay-running' } });
    expect((await platform.ask('POST', '/audit/replay')).status).toBe(200);
  });

  it('is for the operator', async () => {
    const admin = await platform.robot('build', 'admin');
    const refused = await platform.ask('POST', '/audit/replay', { key: admin.key, workspace: 'build' });
    expect(refused).toMatchObject({ status: 403, body: { error: 'operator-required' } });
  });
});

describe('a moment that is none', () => {
  it.each([
    'GET /images?at=5',
    'GET /images?at=xyz',
    'GET /images?at=2026-02-30T00:00:00Z',
    'GET /images/sandbox/web?at=5',
    'GET /audit/events?after=5',
    'GET /audit/export?after=xyz',
  ])('is refused rather than taken for another: %s', async (route) => {
    const [method = '', path = ''] = route.split(' ');
    const { status, body } = await platform.ask(method, path, { workspace: 'build' });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: 'invalid-input',
      message: expect.stringContaining('a position as the service gave it out') as string,
    });
  });
});
