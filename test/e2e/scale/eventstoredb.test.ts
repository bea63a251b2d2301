import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { EventStoreDbServer } from '../../support/eventstoredb/server.js';
import { Platform } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';

describe('the service with its events on EventStoreDB', () => {
  let server: EventStoreDbServer;
  let directory: { readonly path: string; remove(): Promise<void> };
  let service: StartedService;
  let platform: Platform;

  const start = async (): Promise<void> => {
    service = await startService({
      dataDir: directory.path,
      env: { TAGALONG_EVENT_STORE: server.connectionString, TAGALONG_OPERATOR_KEY: 'the-operator-key-of-this-test' },
    });
    platform = new Platform(service);
  };

  beforeAll(async () => {
    server = await EventStoreDbServer.start({});
    directory = await temporaryDirectory();
    await start();
  });

  afterAll(async () => {
    await service.stop();
    await server.stop();
    await directory.remove();
  });

  const tagsOf = async (workspace: string): Promise<string[]> => {
    const { body } = await platform.call('GET', '/images/sandbox/base', { workspace });
    const { spec } = body as { spec: { tags: { name: string }[] } };
    return spec.tags.map(({ name }) => name).sort();
  };

  it('shares an image, and tags pushed later come along', async () => {
    await platform.account('acme', ['owner', 'guest']);
    await platform.push('owner', 'sandbox/base', 'v1', 1);
    await platform.share('owner', 'sandbox/base', 'guest');
    await platform.push('owner', 'sandbox/base', 'v2', 2);
    expect(await tagsOf('guest')).toEqual(['v1', 'v2']);
    expect((await platform.ask('DELETE', '/images/sandbox/base', { workspace: 'owner' })).status).toBe(400);
  });

  it('goes on after a restart where it was, with one effect of a command sent again', async () => {
    const again = { headers: { 'idempotency-key': 'the-same' } };
    await platform.push('owner', 'sandbox/base', 'v3', 3, again);
    const before = server.database.length;
    await service.stop();
    await start();
    await platform.push('owner', 'sandbox/base', 'v3', 3, again);
    expect(server.database.length).toBe(before);
    expect(await tagsOf('guest')).toEqual(['v1', 'v2', 'v3']);
  });

  it('answers commands with 503 while the store is away, and queries as ever; then goes on by itself', async () => {
    await server.stop();
    const refused = await platform.ask('PUT', '/images/sandbox/base/tags/v4', {
      workspace: 'owner',
      body: { digest: `sha256:${'4'.repeat(64)}`, size: 4 },
    });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(refused.body).toMatchObject({ code: 503, error: 'store-unavailable' });
    expect(await tagsOf('guest')).toEqual(['v1', 'v2', 'v3']);
    const ready = await fetch(`${service.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('event-store');

    await server.startAgain();
    await platform.push('owner', 'sandbox/base', 'v4', 4);
    expect(await tagsOf('guest')).toEqual(['v1', 'v2', 'v3', 'v4']);
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
  });

  it('proves its catalog against the log, replays a moment, and tells who was given what', async () => {
    const lines = await platform.lines('POST', '/audit/verify');
    expect(lines.at(-1)).toMatchObject({ kind: 'result', ok: true });
    const replayed = await platform.lines('POST', '/audit/replay', { body: {} });
    expect(replayed.at(-1)).toMatchObject({ kind: 'result' });
    const { body } = await platform.call('GET', '/audit/events?workspace=guest');
    expect(JSON.stringify(body)).toContain('SharedImageReceived');
  });

  it('refuses a read model that was built from another store', async () => {
    await service.stop();
    const other = await EventStoreDbServer.start({});
    const env = {
      TAGALONG_EVENT_STORE: other.connectionString,
      TAGALONG_OPERATOR_KEY: 'the-operator-key-of-this-test',
    };
    await expect(startService({ dataDir: directory.path, env })).rejects.toThrow('was built from event store');
    await other.stop();
    await start();
    expect(await tagsOf('guest')).toEqual(['v1', 'v2', 'v3', 'v4']);
  });

  it.each([
    ['esdb://127.0.0.1:1?tls=false', 'cannot be used'],
    ['esdb://127.0.0.1:1', 'cannot be used'],
    ['mysql://nowhere', 'TAGALONG_EVENT_STORE: must be embedded, or a connection string'],
  ])('says why it cannot start on %s', async (connectionString, message) => {
    await expect(startService({ env: { TAGALONG_EVENT_STORE: connectionString } })).rejects.toThrow(message);
  });
});
