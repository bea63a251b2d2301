import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Platform } from '../../support/platform.js';
import type { Robot } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';
import { digestOf } from '../../support/written-log.js';

let service: StartedService;
let platform: Platform;
let admin: Robot;

beforeAll(async () => {
  service = await startService();
  platform = new Platform(service);
  await platform.account('one', ['alpha', 'beta']);
  admin = await platform.robot('alpha', 'admin');
  await platform.call('POST', '/users', { workspace: 'beta', body: { serviceAccount: admin.clientId, role: 'admin' } });
});

afterAll(async () => {
  await service.stop();
});

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

let keys = 0;
const aKey = (): string => `key-${++keys}`;

async function send({ method, path, body }: Request, key: string) {
  const call = {
    key: admin.key,
    workspace: 'alpha',
    headers: { 'idempotency-key': key },
    ...(body !== undefined && { body }),
  };
  const { status, headers, body: answer } = await platform.ask(method, path, call);
  return { status, position: headers.get('x-tagalong-position'), body: answer };
}

/** Sends a request, something else, and the request again with the same key. */
async function twice(request: Request, inBetween: () => Promise<unknown> = () => Promise.resolve()) {
  const key = aKey();
  const first = await send(request, key);
  expect(first.status).toBe(200);
  await inBetween();
  const second = await send(request, key);
  return { first, second };
}

const push = (name: string, n = 1, tag = 'v1'): Request => ({
  method: 'PUT',
  path: `/images/sandbox/${name}/tags/${tag}`,
  body: { digest: digestOf(n), size: n },
});
const remove = (name: string): Request => ({ method: 'DELETE', path: `/images/sandbox/${name}` });

describe('a request that comes again with its key', () => {
  it('deletes an image once, and shows it as it was', async () => {
    await send(push('gone'), aKey());
    const { first, second } = await twice(remove('gone'));
    expect(first.body).toMatchObject({ metadata: { name: 'gone' }, spec: { tags: [{ name: 'v1' }] } });
    expect(second).toEqual(first);
  });

  it('deletes nothing of what has come into the place since', async () => {
    await send(push('back'), aKey());
    const { first, second } = await twice(remove('back'), () => send(push('back', 2, 'v2'), aKey()));
    expect(second).toEqual(first);
    const now = await platform.ask('GET', '/images/sandbox/back', { workspace: 'alpha' });
    expect(now.body).toMatchObject({ spec: { tags: [{ name: 'v2' }] } });
  });

  it('is answered about an image that is gone by now', async () => {
    const { first, second } = await twice(push('was-here'), () => send(remove('was-here'), aKey()));
    expect(second).toEqual(first);
    await send(push('untagged'), aKey());
    const untag = { method: 'DELETE', path: '/images/sandbox/untagged/tags/v1' };
    const untagged = await twice(untag, () => send(remove('untagged'), aKey()));
    expect(untagged.second).toEqual(untagged.first);
  });

  it('ends a share once, also when the image is gone by now', async () => {
    await send(push('shared'), aKey());
    await platform.share('alpha', 'sandbox/shared', 'beta');
    const unshare = { method: 'DELETE', path: '/images/sandbox/shared/share/beta' };
    const { first, second } = await twice(unshare, () => send(remove('shared'), aKey()));
    expect([second.status, second.body]).toEqual([first.status, first.body]);
  });

  it.each(['sandbox/run:v1', `sandbox/run@${digestOf(1)}`])(
    'retires a deployment of %s once, and shows it',
    async (image) => {
      await send(push('run'), aKey());
      await send({ method: 'POST', path: '/deployments', body: { kind: 'agent', name: 'helper', image } }, aKey());
      const { first, second } = await twice({ method: 'DELETE', path: '/deployments/agent/helper' });
      expect(first.body).toMatchObject({ metadata: { name: 'helper' }, spec: { digest: digestOf(1) } });
      expect(second).toEqual(first);
      expect((await platform.ask('GET', '/deployments/agent/helper', { workspace: 'alpha' })).status).toBe(404);
    },
  );

  it('retires a deployment from an image shared in once, and shows whose it was', async () => {
    await platform.push('beta', 'sandbox/theirs', 'v1', 3);
    await platform.share('beta', 'sandbox/theirs', 'alpha');
    const deploy = { kind: 'job', name: 'theirs', image: 'sandbox/theirs' };
    await send({ method: 'POST', path: '/deployments', body: deploy }, aKey());
    const { first, second } = await twice({ method: 'DELETE', path: '/deployments/job/theirs' });
    expect(first.body).toMatchObject({ spec: { image: { sourceWorkspace: 'beta' } } });
    expect(second).toEqual(first);
  });
});

describe('a key that comes again with another request', () => {
  it.each<readonly [string, Request]>([
    ['another tag', push('taken', 1, 'v2')],
    ['another digest', push('taken', 2)],
    ['a deletion', remove('taken')],
    ['a share', { method: 'POST', path: '/images/sandbox/taken/share', body: { targetWorkspace: 'beta' } }],
    [
      'a deployment',
      { method: 'POST', path: '/deployments', body: { kind: 'job', name: 'x', image: 'sandbox/taken' } },
    ],
    ['another image', push('not-taken')],
  ])('is refused: %s', async (_what, request) => {
    const key = aKey();
    await send(push('taken'), aKey());
    await send(
      { method: 'PUT', path: '/images/sandbox/taken/tags/by-key', body: { digest: digestOf(7), size: 7 } },
      key,
    );
    const before = await platform.ask('GET', '/images', { workspace: 'alpha' });
    expect(await send(request, key)).toMatchObject({ status: 409, body: { error: 'command-id-reused', code: 409 } });
    expect((await platform.ask('GET', '/images', { workspace: 'alpha' })).body).toEqual(before.body);
    await send({ method: 'DELETE', path: '/images/sandbox/taken/tags/by-key' }, aKey());
  });
});
