import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Platform } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';

let service: StartedService;
let platform: Platform;

beforeAll(async () => {
  service = await startService();
  platform = new Platform(service);
  await platform.account('one', ['alpha', 'beta', 'gamma']);
  await platform.push('alpha', 'sandbox/base', 'v1', 1);
  await platform.push('alpha', 'job/other', 'v1', 2);
});

afterAll(async () => {
  await service.stop();
});

const get = (path: string, headers: Readonly<Record<string, string>> = {}, workspace = 'alpha') =>
  platform.ask('GET', path, { workspace, headers });

describe('a moment', () => {
  it.each([
    '2026-01-31',
    '2026-02-30T00:00:00Z',
    '2026-01-31T12:00',
    '2026-01-31T12:00:00',
    '1700000000',
    'now',
    '32',
    'zzz',
    '%00',
  ])('that is none is refused, not taken for the present: %s', async (at) => {
    for (const path of ['/images', '/images/sandbox/base'])
      expect(await get(`${path}?at=${at}`)).toMatchObject({ status: 400, body: { error: 'invalid-input', code: 400 } });
  });

  it('that the log has not come to is not known', async () => {
    expect(await get('/images?at=9999999999999999')).toMatchObject({
      status: 410,
      body: { error: 'position-unknown' },
    });
  });

  it('may have any offset, and any case', async () => {
    for (const at of ['2099-01-31T12:00:00%2B02:00', '2099-01-31t12:00:00z', '2099-01-31T12:00:00.123456Z'])
      expect((await get(`/images?at=${at}`)).body).toHaveLength(2);
    expect((await get('/images?at=1999-01-31T12:00:00Z')).body).toEqual([]);
  });

  it('has the tags it had', async () => {
    const pushed = await platform.push('alpha', 'sandbox/tagged', 'v1', 3);
    const before = pushed.headers.get('x-tagalong-position') ?? '';
    const later = await platform.push('alpha', 'sandbox/tagged', 'v2', 4);
    const after = later.headers.get('x-tagalong-position') ?? '';
    expect(await get(`/images/sandbox/tagged:v2?at=${before}`)).toMatchObject({
      status: 404,
      body: { error: 'tag-not-found' },
    });
    expect((await get(`/images/sandbox/tagged:v2?at=${after}`)).status).toBe(200);
    expect((await get(`/images/sandbox/tagged:v1?at=${before}`)).status).toBe(200);
    await platform.call('DELETE', '/images/sandbox/tagged', { workspace: 'alpha' });
  });
});

describe('a position', () => {
  it.each(['garbage', '0', '1', '-'])('that is none is refused at once: %s', async (position) => {
    for (const path of [
      `/images?minPosition=${position}`,
      `/deployments?minPosition=${position}`,
      `/pending-image-shares?minPosition=${position}`,
      `/audit/events?after=${position}`,
      `/audit/export?after=${position}`,
      `/audit/events?cursor=${Buffer.from(`audit:${position}`).toString('base64url')}`,
    ])
      expect(await get(path)).toMatchObject({ status: 400, body: { code: 400 } });
  });
});

describe('a search', () => {
  it.each(['%', '_', '\\', 'b%e', 'ｂａｓｅ', "'"])('takes %j for what it is', async (q) => {
    expect((await get(`/images?q=${encodeURIComponent(q)}`)).body).toEqual([]);
    expect((await get('/images?q=BAS')).body).toHaveLength(1);
  });

  it.each(['\0', 'b\0', 'b\nase'])('for %j is refused: it would find what it does not name', async (q) => {
    expect(await get(`/images?q=${encodeURIComponent(q)}`)).toMatchObject({
      status: 400,
      body: { error: 'invalid-input' },
    });
  });
});

describe('two names of a workspace', () => {
  it('must be one', async () => {
    for (const path of ['/images', '/billing/storage', '/audit/events', '/deployments'])
      expect(await get(`${path}?workspace=beta`)).toMatchObject({
        status: 400,
        body: { error: 'workspace-ambiguous' },
      });
    expect((await get('/images?workspace=alpha')).body).toHaveLength(2);
  });
});

describe('what a caller has already', () => {
  it('is not sent again, however the caller says so', async () => {
    for (const path of ['/images', '/images/sandbox/base', '/images?at=2099-01-01T00:00:00Z']) {
      const etag = (await get(path)).headers.get('etag') ?? '';
      for (const held of [etag, `W/${etag}`, `"other", ${etag}`, `"other",W/${etag} , "more"`, '*'])
        expect(await get(path, { 'if-none-match': held })).toMatchObject({ status: 304, body: undefined });
      for (const held of ['"other"', etag.slice(1, -1), `"x${etag.slice(1)}`, ''])
        expect((await get(path, { 'if-none-match': held })).status).toBe(200);
    }
  });

  it('is sent again after it changed in the workspace that owns it', async () => {
    await platform.share('alpha', 'sandbox/base', 'beta');
    const list = async (held: string) => get('/images', { 'if-none-match': held }, 'beta');
    const etagAfter = async (change: () => Promise<unknown>, held: string): Promise<string> => {
      expect((await list(held)).status).toBe(304);
      await change();
      const { status, headers } = await list(held);
      expect(status).toBe(200);
      return headers.get('etag') ?? '';
    };
    let held = (await list('')).headers.get('etag') ?? '';
    held = await etagAfter(() => platform.push('alpha', 'sandbox/base', 'v2', 5), held);
    held = await etagAfter(
      () => platform.call('DELETE', '/images/sandbox/base/share/beta', { workspace: 'alpha' }),
      held,
    );
    held = await etagAfter(() => platform.share('alpha', 'sandbox/base', 'beta'), held);
    await platform.push('alpha', 'job/other', 'v2', 6);
    await platform.push('gamma', 'sandbox/base', 'v1', 7);
    expect((await list(held)).status).toBe(304);
    await platform.call('DELETE', '/images/sandbox/base/share/beta', { workspace: 'alpha' });
  });
});

describe('a list of deployments', () => {
  it('comes in pages, each tagged', async () => {
    await platform.push('gamma', 'sandbox/base', 'v1', 7);
    for (const [kind, name] of [
      ['job', 'b'],
      ['agent', 'z'],
      ['job', 'a'],
    ])
      await platform.call('POST', '/deployments', { workspace: 'gamma', body: { kind, name, image: 'sandbox/base' } });
    const list = (query: string, headers = {}) => get(`/deployments${query}`, headers, 'gamma');
    const named = ({ body }: { body: unknown }): unknown[] =>
      (body as { metadata: { kind: string; name: string } }[]).map(({ metadata: { kind, name } }) => `${kind}/${name}`);

    const seen: unknown[] = [];
    for (let cursor = ''; ;) {
      const page = await list(`?limit=1${cursor}`);
      seen.push(...named(page));
      const etag = page.headers.get('etag') ?? '';
      expect((await list(`?limit=1${cursor}`, { 'if-none-match': etag })).status).toBe(304);
      const next = page.headers.get('x-next-cursor');
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    expect(seen).toEqual(['agent/z', 'job/a', 'job/b']);
    expect(named(await list('?kind=jobs'))).toEqual(['job/a', 'job/b']);

    const whole = (await list('')).headers.get('etag') ?? '';
    await platform.call('DELETE', '/deployments/job/a', { workspace: 'gamma' });
    expect((await list('', { 'if-none-match': whole })).status).toBe(200);
    for (const query of ['?cursor=garbage', '?limit=0', '?limit=1001', '?q=a'])
      expect(await list(query)).toMatchObject({ status: 400, body: { code: 400 } });
  });
});
