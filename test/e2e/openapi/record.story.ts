import { randomUUID } from 'node:crypto';
import { digestOf } from '../../support/written-log.js';
import type { Recorder } from './recorder.js';

/** Sends commands, and reads the record, the bill, the feed and the state of the service. */
export async function recordStory(recorder: Recorder): Promise<void> {
  await commands(recorder);
  await audit(recorder);
  await billing(recorder);
  await feeds(recorder);
  await operations(recorder);
}

function command(type: string, data: object, more: object = {}) {
  return { id: randomUUID(), type, data, ...more };
}

const place = { workspace: 'build', resourceType: 'function', name: 'search' };

async function commands(recorder: Recorder): Promise<void> {
  const send = (status: number, body: unknown, key?: string) =>
    recorder.expect(status, 'POST', '/v0/commands', { body, ...(key !== undefined && { key }) });
  const push = { ...place, tag: 'v1', digest: digestOf(11), size: 11 };
  await send(200, command('PushTag', push, { reason: 'release', correlationId: 'c1', causationId: 'c0' }));
  await send(200, command('PushTag', push));
  await send(200, command('OpenAccount', { name: 'Initech' }));
  await send(200, command('PushTag', { ...push, tag: 'v2' }, { principal: 'user:ann' }));
  await send(400, command('PushTag', { ...push, size: -1 }));
  await send(400, command('ShareImage', { ...place, targetWorkspace: 'build' }));
  await send(400, command('NoSuchCommand', {}));
  await send(400, { type: 'PushTag' });
  await send(403, command('PushTag', push, { principal: 'user:nobody' }));
  await send(404, command('DeleteTag', { ...place, tag: 'v9' }));
  await send(409, command('CreateWorkspace', { workspace: 'far', accountId: 'acme' }));
  const batch = [
    JSON.stringify(command('PushTag', { ...push, tag: 'v3', platforms: ['linux/amd64'] })),
    JSON.stringify(command('DeleteTag', { ...place, tag: 'v9' })),
    JSON.stringify(command('PushTag', { ...push, size: -1 })),
    'no JSON',
  ];
  await send(200, batch.join('\n'));
  // More than the page of an export.
  const many = Array.from({ length: 100 }, (_, n) => JSON.stringify(command('PushTag', { ...push, tag: `n${n}` })));
  await send(200, many.join('\n'));
}

async function audit(recorder: Recorder): Promise<void> {
  const workspace = 'build';
  const page = await recorder.expect(200, 'GET', '/v0/audit/events?limit=2&order=desc', { workspace });
  const cursor = page.headers.get('x-next-cursor') ?? 'none';
  await recorder.expect(200, 'GET', `/v0/audit/events?limit=1000&cursor=${cursor}&order=desc`, { workspace });
  const query = new URLSearchParams({
    workspace,
    image: 'sandbox/base',
    principal: 'operator',
    kind: 'TagPushed,TagDeleted',
    from: '2000-01-01T00:00:00Z',
    to: '2999-01-01T00:00:00Z',
    after: '0000000000000000',
  });
  await recorder.expect(200, 'GET', `/v0/audit/events?${query.toString()}`);
  await recorder.expect(200, 'GET', '/v0/audit/events?limit=1000');
  await recorder.expect(400, 'GET', '/v0/audit/events?cursor=none', { workspace });
  await recorder.expect(400, 'GET', '/v0/audit/events?kind=Nothing', { workspace });
  await recorder.expect(200, 'GET', `/v0/audit/export?${query.toString()}`);
  await recorder.expect(200, 'GET', '/v0/audit/export');
  const backwards = 'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z';
  await recorder.expect(400, 'GET', `/v0/audit/export?${backwards}`, { workspace });
  // One at a time: of two at once, the other is refused.
  const both = await Promise.all([1, 2].map(() => recorder.send('POST', '/v0/audit/verify')));
  const statuses = both.map(({ status }) => status).sort();
  if (statuses.join() !== '200,409') recorder.faults.push(`two verifications at once: ${statuses.join()}`);
}

async function billing(recorder: Recorder): Promise<void> {
  // Together more than a number can hold exactly.
  for (const n of [21, 22]) {
    const body = { digest: digestOf(n), size: Number.MAX_SAFE_INTEGER };
    await recorder.expect(200, 'PUT', `/v0/images/agent/huge/tags/v${n}`, { workspace: 'build', body });
  }
  for (const image of ['agent/huge', 'function/search']) {
    const body = { targetWorkspace: 'live' };
    await recorder.expect(200, 'POST', `/v0/images/${image}/share`, { workspace: 'build', body });
  }
  const from = new Date(Date.now() - 7_200_000).toISOString();
  await recorder.expect(200, 'GET', `/v0/billing/storage?from=${from}&to=${new Date().toISOString()}&workspace=live`);
  await recorder.expect(200, 'GET', `/v0/billing/storage?from=${from}&step=hour`);
  await recorder.expect(400, 'GET', '/v0/billing/storage?from=2999-01-01T00:00:00Z', { workspace: 'live' });
  await recorder.expect(400, 'GET', '/v0/billing/storage?from=2000-01-01T00:00:00Z&step=hour', { workspace: 'live' });
}

async function feeds(recorder: Recorder): Promise<void> {
  for (const workspace of ['build', 'live', 'far']) {
    await recorder.expect(200, 'GET', '/v0/feed?since=start', { workspace });
  }
  await recorder.expect(200, 'GET', '/v0/feed?workspace=build&lastEventId=0000000000000001');
  const headers = { 'last-event-id': '0000000000000001' };
  await recorder.expect(200, 'GET', '/v0/feed', { workspace: 'build', headers });
  await recorder.expect(400, 'GET', '/v0/feed?since=1', { workspace: 'build' });
  await recorder.expect(410, 'GET', '/v0/feed?since=9999999999999999', { workspace: 'build' });
}

async function operations(recorder: Recorder): Promise<void> {
  await recorder.expect(200, 'GET', '/health/live', { key: null });
  await recorder.expect(200, 'GET', '/health/ready', { key: null });
  await recorder.expect(200, 'GET', '/metrics');
  await recorder.expect(200, 'GET', '/v0/projections');
  const act = (status: number, action: string, name = 'storage-meter') =>
    recorder.expect(status, 'POST', `/v0/projections/${name}/${action}`, {
      headers: { 'x-tagalong-reason': 'trying' },
    });
  await act(200, 'pause');
  // What must see everything cannot, and says so.
  await recorder.expect(200, 'PUT', '/v0/images/job/etl/tags/late', {
    workspace: 'live',
    body: { digest: digestOf(12), size: 12 },
  });
  await recorder.expect(503, 'GET', '/v0/billing/storage', { workspace: 'live' });
  await recorder.expect(503, 'GET', '/health/ready', { key: null });
  await act(200, 'resume');
  await act(409, 'retry');
  await act(202, 'rebuild');
  for (const action of ['pause', 'resume', 'retry', 'rebuild']) await act(404, action, 'no-such-projection');
}
