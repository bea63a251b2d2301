import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runHere } from '../../integration/cli/support/run-here.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { EventStoreDbServer } from '../../support/eventstoredb/server.js';
import { Platform } from '../../support/platform.js';
import { startService } from '../../support/service.js';
import type { StartedService } from '../../support/service.js';

const operatorKey = 'the-operator-key-of-this-test';

describe('a service that was moved to another event store', { timeout: 120_000 }, () => {
  let server: EventStoreDbServer;
  let directory: { readonly path: string; remove(): Promise<void> };
  let service: StartedService | undefined;

  beforeAll(async () => {
    server = await EventStoreDbServer.start({});
    directory = await temporaryDirectory();
  });

  afterAll(async () => {
    await service?.stop();
    await server.stop();
    await directory.remove();
  });

  const place = (name: string): string => join(directory.path, name);

  async function start(dataDir: string, eventStore?: string): Promise<Platform> {
    service = await startService({
      dataDir,
      env: {
        TAGALONG_OPERATOR_KEY: operatorKey,
        ...(eventStore !== undefined && { TAGALONG_EVENT_STORE: eventStore }),
      },
    });
    const { url } = service;
    // The read model is built anew from the events that are there.
    await vi.waitFor(
      async () => {
        expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      },
      { timeout: 30_000 },
    );
    return new Platform(service);
  }

  async function stop(): Promise<void> {
    await service?.stop();
    service = undefined;
  }

  const tags = async (platform: Platform): Promise<unknown> => {
    const { body } = await platform.call('GET', '/images/sandbox/base', { workspace: 'guest' });
    const { spec } = body as { spec: { tags: { name: string }[] } };
    return spec.tags.map(({ name }) => name).sort();
  };

  const migrated = async (from: string, to: string): Promise<void> => {
    const { code, stderr } = await runHere(['migrate-store', '--from', from, '--to', to, '--quiet']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  };

  it('goes on with what there was, to a server and back, one effect for a command sent again', async () => {
    const again = { headers: { 'idempotency-key': 'the-same' } };
    const embedded = await start(place('first'));
    await embedded.account('acme', ['owner', 'guest']);
    await embedded.push('owner', 'sandbox/base', 'v1', 1, again);
    await embedded.share('owner', 'sandbox/base', 'guest');
    const busy = await runHere(['migrate-store', '--from', place('first'), '--to', server.connectionString]);
    expect(busy.stderr).toContain('is in use by');
    await stop();

    await migrated(place('first'), server.connectionString);
    const onServer = await start(place('second'), server.connectionString);
    const before = server.database.length;
    await onServer.push('owner', 'sandbox/base', 'v1', 1, again);
    expect(server.database.length).toBe(before);
    await onServer.push('owner', 'sandbox/base', 'v2', 2);
    expect(await tags(onServer)).toEqual(['v1', 'v2']);
    expect((await onServer.lines('POST', '/audit/verify')).at(-1)).toMatchObject({ kind: 'result', ok: true });
    await stop();

    await migrated(server.connectionString, place('third'));
    const back = await start(place('third'));
    expect(await tags(back)).toEqual(['v1', 'v2']);
    await back.push('owner', 'sandbox/base', 'v3', 3);
    expect(await tags(back)).toEqual(['v1', 'v2', 'v3']);
    expect((await back.lines('POST', '/audit/verify')).at(-1)).toMatchObject({ kind: 'result', ok: true });
  });
});
