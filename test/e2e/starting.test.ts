import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsFile } from '../../src/event-store/sqlite/sqlite.event-store.js';
import { natsIsThere, natsUrl } from '../support/brokers/reachable.js';
import { temporaryDirectory } from '../support/event-store/temporary-directory.js';
import { startService } from '../support/service.js';
import type { StartedService } from '../support/service.js';

let service: StartedService;

beforeAll(async () => {
  service = await startService();
}, 60_000);

afterAll(() => service.stop());

describe('a service that cannot listen', () => {
  it('says that the port is taken, and how to choose another', async () => {
    const port = new URL(service.url).port;
    await expect(startService({ env: { TAGALONG_PORT: port } })).rejects.toThrow(
      `cannot start: cannot listen on 127.0.0.1, port ${port}: another process listens there; ` +
        'stop that one, or choose another port with TAGALONG_PORT',
    );
  });

  it('says that the address is not of this machine', async () => {
    await expect(startService({ env: { TAGALONG_HOST: '203.0.113.1' } })).rejects.toThrow(
      'this machine has no such address; choose another with TAGALONG_HOST',
    );
  });
});

describe.skipIf(!natsIsThere)('a service whose subscribers cannot start', () => {
  it('ends, also when it publishes events', async () => {
    const directory = await temporaryDirectory();
    const dataDir = directory.path;
    try {
      await (await startService({ dataDir })).stop();
      for (const end of ['', '-wal', '-shm']) await rm(join(dataDir, `${eventsFile}${end}`), { force: true });
      const env = { TAGALONG_EVENTS_URL: natsUrl };
      await expect(startService({ dataDir, env })).rejects.toThrow(/cannot start: .*was built from event store/);
    } finally {
      await directory.remove();
    }
  });
});
