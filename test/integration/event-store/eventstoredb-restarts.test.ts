import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EventStoreDbEventStore } from '../../../src/event-store/eventstoredb/eventstoredb.event-store.js';
import { events, idsOf, takeUntil, wholeLog } from '../../support/event-store/events.js';
import { Load } from '../../support/event-store/load.js';
import { LogDatabase } from '../../support/eventstoredb/log-database.js';
import { EventStoreDbProcess } from '../../support/eventstoredb/process.js';
import { EventStoreDbServer } from '../../support/eventstoredb/server.js';

describe('one EventStoreDB node that goes and comes back', { timeout: 90_000 }, () => {
  const release: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const one of release.splice(0).reverse()) await one();
  });

  const started = async (): Promise<EventStoreDbServer> => {
    const server = await EventStoreDbServer.start({});
    release.push(() => server.stop());
    return server;
  };

  const opened = async (connectionString: string): Promise<EventStoreDbEventStore> => {
    const store = await EventStoreDbEventStore.open({
      connectionString,
      prefix: 'test/',
      categories: [''],
      times: { beliefMs: 500 },
    });
    release.push(() => store.close());
    return store;
  };

  const follow = (store: EventStoreDbEventStore, seen: string[]): Promise<void> => {
    const following = new AbortController();
    const followed = (async () => {
      for await (const message of store.subscribeAll({ signal: following.signal })) {
        if (message.kind === 'events') seen.push(...idsOf(message.events));
      }
    })();
    release.push(() => {
      following.abort();
      return followed;
    });
    return followed;
  };

  const settle = async (store: EventStoreDbEventStore, load: Load, seen: readonly string[], name: string) => {
    const before = load.count;
    await vi.waitFor(
      () => {
        expect(load.count).toBeGreaterThan(before + 300);
      },
      { timeout: 25_000 },
    );
    const { answered, longestPauseMs } = await load.stop();
    process.stdout.write(`${name}: ${longestPauseMs} ms without an answer, ${answered.length} appends\n`);
    const log = idsOf(await wholeLog(store));
    expect(new Set(log).size).toBe(log.length);
    expect([...log].sort()).toEqual([...answered].sort());
    await vi.waitFor(
      () => {
        expect(seen.length).toBe(log.length);
      },
      { timeout: 25_000 },
    );
    expect(seen).toEqual(log);
  };

  it('is used again as soon as it is up', async () => {
    const server = await started();
    const store = await opened(server.connectionString);
    const seen: string[] = [];
    void follow(store, seen);
    const load = new Load(store, 64);
    await sleep(500);
    await server.stop();
    await sleep(1_000);
    await server.startAgain();
    await settle(store, load, seen, 'a node away for 1,000 ms');
  });

  it('is used again when it was stopped in its tracks, large appends under way', async () => {
    const server = await EventStoreDbProcess.start();
    release.push(() => server.stop());
    const store = await opened(server.connectionString);
    const seen: string[] = [];
    void follow(store, seen);
    const load = new Load(store, 128, 8_000);
    await sleep(1_000);
    server.suspend();
    await sleep(4_000);
    server.resume();
    await settle(store, load, seen, 'a node stopped for 4,000 ms');
  });

  it('does not take another store of the same process with it', async () => {
    const [one, other] = [await started(), await started()];
    const stores = [await opened(one.connectionString), await opened(other.connectionString)];
    const loads = stores.map((store) => new Load(store, 16));
    for (let n = 0; n < 6; n++) {
      await sleep(200);
      one.dropConnections();
    }
    for (const [n, store] of stores.entries()) {
      const { answered } = (await loads[n]?.stop()) ?? { answered: [] };
      expect(idsOf(await wholeLog(store)).sort()).toEqual([...answered].sort());
    }
  });

  it('is not taken for the store that was read from when it comes back with another, shorter one', async () => {
    const server = await started();
    const store = await opened(server.connectionString);
    await store.append('s', 'no-stream', events(20));
    const following = takeUntil(store.subscribeAll({ signal: new AbortController().signal }), () => false);
    const ended = expect(following).rejects.toThrow(/has no position .* the log ends at .* restored backup/);
    await sleep(300);
    await server.stop();
    await server.startAgain({ database: new LogDatabase() });
    await ended;
  });

  it('is missed, and noticed when it is back, by a process that has nothing to ask of it', async () => {
    const server = await started();
    const store = await opened(server.connectionString);
    await server.stop();
    const health = async (down: boolean): Promise<void> => {
      await vi.waitFor(
        () => {
          expect(store.health().fault === undefined).toBe(!down);
        },
        { timeout: 15_000, interval: 200 },
      );
    };
    await health(true);
    await server.startAgain();
    await health(false);
  });
});
