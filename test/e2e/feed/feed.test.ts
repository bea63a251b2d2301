import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf } from '../../support/api.js';
import type { FeedReader } from '../../support/feed-reader.js';
import { startService } from '../../support/service.js';
import { digestOf } from '../../support/written-log.js';
import { FeedPlatform, textIn } from './feed-platform.js';

let platform: FeedPlatform;

beforeAll(async () => {
  platform = new FeedPlatform(await startService());
  await platform.account('acme', ['build', 'live', 'lonely']);
  await platform.account('other', ['abroad']);
  await platform.allowRequests('acme', 'other');
});

afterAll(() => platform.service.stop());

/** What was told, in a few words each. */
function told(reader: FeedReader): unknown[] {
  return reader.events.map(({ event, data = {} }) =>
    [event, data['name'], data['tag'], data['sourceWorkspace']].filter(Boolean).join(' '),
  );
}

function all(workspace: string): Promise<FeedReader> {
  return platform.listen(workspace, { query: 'since=start' });
}

describe('GET /v0/feed', () => {
  it('tells a tag that came along from another workspace', async () => {
    await platform.push('build', 'sandbox/web', 'v1', 1);
    const live = await platform.listen('live');
    await live.untilCaughtUp();
    await platform.share('build', 'sandbox/web', 'live');
    await platform.push('build', 'sandbox/web', 'v2', 2);
    await platform.push('build', 'sandbox/hidden', 'v1', 3);
    await platform.unshare('build', 'sandbox/web', 'live');
    await platform.push('build', 'sandbox/web', 'v3', 4);
    await platform.push('live', 'sandbox/own', 'v1', 5);
    await live.until(({ events }) => events.at(-1)?.data?.['tag'] === 'v1');

    expect(told(live)).toEqual([
      'image.shared-in web build',
      'tag.pushed web v2 build',
      'image.share-revoked web build',
      'image.registered own',
      'tag.pushed own v1',
    ]);
    const [, pushed] = live.events;
    expect(pushed).toEqual({
      isComment: false,
      id: pushed?.id,
      event: 'tag.pushed',
      data: {
        position: pushed?.id,
        type: 'tag.pushed',
        workspace: 'live',
        resourceType: 'sandbox',
        name: 'web',
        sourceWorkspace: 'build',
        tag: 'v2',
        digest: digestOf(2),
        size: 2,
        platforms: [],
        occurredAt: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
      },
    });
    live.close();
  });

  it('names people of its own only', async () => {
    await platform.push('build', 'job/etl', 'v1', 1);
    await platform.share('build', 'job/etl', 'live');
    const body = { targetWorkspace: 'abroad', targetAccountId: 'other' };
    const asked = await platform.call('POST', '/images/job/etl/share', { workspace: 'build', body });
    const accept = `/pending-image-shares/${textIn(asked.body, 'id')}/accept`;
    await platform.call('POST', accept, { workspace: 'abroad' });
    await platform.push('build', 'job/etl', 'v2', 2);

    const principals = async (workspace: string): Promise<unknown> => {
      const reader = await all(workspace);
      await reader.untilCaughtUp();
      reader.close();
      return reader.events
        .filter(({ data }) => data?.['name'] === 'etl')
        .map(({ event, data }) => [event, data?.['direction'], data?.['principal']]);
    };
    expect(await principals('build')).toEqual([
      ['image.registered', undefined, 'operator'],
      ['tag.pushed', undefined, 'operator'],
      ['image.shared-out', undefined, 'operator'],
      ['share.requested', 'outgoing', 'operator'],
      ['image.shared-out', undefined, undefined],
      ['tag.pushed', undefined, 'operator'],
    ]);
    expect(await principals('abroad')).toEqual([
      ['share.requested', 'incoming', undefined],
      ['image.shared-in', undefined, undefined],
      ['tag.pushed', undefined, undefined],
    ]);
  });

  it('tells of deployments, and of requests that came to nothing', async () => {
    const listening = await platform.listen('abroad');
    await listening.untilCaughtUp();
    await platform.push('build', 'agent/helper', 'v1', 1);
    const body = { targetWorkspace: 'abroad', targetAccountId: 'other' };
    const asked = await platform.call('POST', '/images/agent/helper/share', { workspace: 'build', body });
    await platform.call('POST', `/pending-image-shares/${textIn(asked.body, 'id')}/decline`, { workspace: 'abroad' });
    await platform.call('POST', '/images/agent/helper/share', { workspace: 'build', body });
    await platform.unshare('build', 'agent/helper', 'abroad');
    const deployment = { kind: 'job', name: 'nightly', image: 'job/etl:v2' };
    await platform.call('POST', '/deployments', { workspace: 'abroad', body: deployment });
    await platform.call('DELETE', '/deployments/job/nightly', { workspace: 'abroad' });
    await listening.until(({ events }) => events.at(-1)?.event === 'deployment.retired');
    expect(told(listening)).toEqual([
      'share.requested helper build',
      'share.declined helper build',
      'share.requested helper build',
      'share.withdrawn helper build',
      'deployment.created etl v2 build',
      'deployment.retired etl build',
    ]);
    listening.close();
  });

  it('begins where the client says, by header, by query, or at the beginning', async () => {
    const everything = await all('build');
    await everything.untilCaughtUp();
    const { events } = everything;
    const middle = events[3]?.id ?? '';
    const rest = events.slice(4);
    for (const request of [
      { headers: { 'last-event-id': middle } },
      { query: `lastEventId=${middle}` },
      { query: `since=${middle}` },
      { query: 'since=start', headers: { 'last-event-id': middle } },
    ]) {
      const reader = await platform.listen('build', request);
      await reader.untilCaughtUp();
      expect(reader.events).toEqual(rest);
      reader.close();
    }
    expect(everything.blocks[0]).toMatchObject({ retry: expect.stringMatching(/^[12]\d{3}$/) as unknown });
    everything.close();
  });

  it('says what a proxy must know', async () => {
    const reader = await platform.listen('lonely');
    await reader.untilCaughtUp();
    expect(reader.status).toBe(200);
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-correlation-id': expect.any(String) as unknown,
    });
    expect(reader.events).toEqual([]);
    expect(reader.lastId).toMatch(/^\d+$/);
    reader.close();
  });

  it('refuses what is no position, and what the log does not reach', async () => {
    const api = apiOf(platform.service.url);
    const refused = async (path: string, headers: Record<string, string> = {}): Promise<unknown> => {
      const { status, body } = await api('GET', path, {
        key: platform.service.operatorKey,
        workspace: 'build',
        headers,
      });
      return [status, textIn(body, 'error')];
    };
    expect(await refused('/v0/feed?since=yesterday')).toEqual([400, 'invalid-position']);
    expect(await refused('/v0/feed?since=a+b')).toEqual([400, 'invalid-input']);
    expect(await refused('/v0/feed?begin=start')).toEqual([400, 'invalid-input']);
    expect(await refused('/v0/feed', { 'last-event-id': '../../etc' })).toEqual([400, 'invalid-position']);
    expect(await refused('/v0/feed', { 'last-event-id': '0000000009999999' })).toEqual([410, 'position-unknown']);
  });

  it('answers HEAD with nothing', async () => {
    const answer = await platform.call('HEAD', '/feed', { workspace: 'build' });
    expect([answer.status, answer.body]).toEqual([200, undefined]);
  });

  it('ends when the key is revoked, or the member removed, and lets nobody in again', async () => {
    const revoked = await platform.memberKey('lonely', 'to-be-revoked');
    const removed = await platform.memberKey('lonely', 'to-be-removed');
    const stays = await platform.memberKey('lonely', 'stays');
    const readers = await Promise.all([revoked, removed, stays].map(({ key }) => platform.listen('lonely', { key })));
    for (const reader of readers) await reader.untilCaughtUp();

    const { clientId, keyId } = revoked;
    await platform.call('DELETE', `/service_accounts/${clientId}/api_keys/${keyId}`, { workspace: 'lonely' });
    await readers[0]?.untilEnd();
    await platform.call('DELETE', `/users/service-account:${removed.clientId}`, { workspace: 'lonely' });
    await readers[1]?.untilEnd();
    expect((await platform.listen('lonely', revoked)).status).toBe(401);
    expect((await platform.listen('lonely', removed)).status).toBe(403);

    await platform.push('lonely', 'sandbox/still', 'v1', 1);
    await readers[2]?.until(({ events }) => events.length === 2);
    readers[2]?.close();
  });
});
