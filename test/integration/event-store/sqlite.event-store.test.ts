import { stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../src/event-sourcing/faults.js';
import { SqliteEventStore, eventsFile } from '../../../src/event-store/sqlite/sqlite.event-store.js';
import { streamHash } from '../../../src/event-store/sqlite/stream-index.js';
import { events, idsOf, takeUntil, untilCaughtUp } from '../../support/event-store/events.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';

describe('the SQLite event store', () => {
  let directory: string;
  let remove: () => Promise<void>;
  let store: SqliteEventStore;
  let workers: Worker[];
  const noteWorker = (worker: Worker): void => {
    workers.push(worker);
  };

  beforeEach(async () => {
    workers = [];
    process.on('worker', noteWorker);
    const temporary = await temporaryDirectory();
    directory = temporary.path;
    remove = () => temporary.remove();
    store = await SqliteEventStore.open({ directory });
  });

  afterEach(async () => {
    process.off('worker', noteWorker);
    await store.close();
    await remove();
  });

  it('keeps its files for their owner alone', async () => {
    await store.append('s', 'no-stream', events(1));
    for (const suffix of ['', '-wal', '-shm']) {
      expect((await stat(join(directory, eventsFile) + suffix)).mode & 0o777).toBe(0o600);
    }
  });

  it('says how it is doing', async () => {
    expect(store.health()).toMatchObject({ fault: undefined, events: 0, pendingAppends: 0 });
    const appending = [store.append('a', 'no-stream', events(2)), store.append('b', 'no-stream', events(1))];
    expect(store.health().pendingAppends).toBe(2);
    await Promise.all(appending);

    expect(store.health()).toMatchObject({ fault: undefined, events: 3, pendingAppends: 0 });
    expect(store.health().bytes).toBeGreaterThan(8_192);
  });

  it('rejects everything under way when its writer dies, tells those who follow, and says so', async () => {
    await store.append('s', 'no-stream', events(1));
    const signal = new AbortController().signal;
    const following = takeUntil(store.subscribeAll({ signal }), () => false);
    const ended = expect(following).rejects.toThrow(StoreUnavailableError);
    await nextTurn();
    const appending = Array.from({ length: 10 }, (_, n) => store.append(`s${n}`, 'no-stream', events(1)));
    const outcomes = Promise.allSettled(appending);
    await workers.at(-1)?.terminate();

    for (const outcome of await outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(StoreUnavailableError);
    }
    await ended;
    await expect(store.append('s', 0n, events(1))).rejects.toThrow(/writer thread ended unexpectedly.*restart/);
    expect(store.health().fault).toMatch(/writer thread ended unexpectedly/);
    expect(await store.readStream('s')).toHaveLength(1);
  });

  it('has nothing under way left when it could not be opened', async () => {
    await store.close();
    const db = new Database(join(directory, eventsFile));
    db.pragma('user_version = 99');
    db.close();
    const before = workers.length;

    await expect(SqliteEventStore.open({ directory })).rejects.toThrow(/schema has version 99/);
    expect(workers).toHaveLength(before);
  });

  it('reads streams on either side of what the index covers, both ways', async () => {
    const sent = events(11_000);
    const interleaved = events(11_000);
    for (let at = 0; at < sent.length; at += 500) {
      const expected = at === 0 ? 'no-stream' : BigInt(at - 1);
      await Promise.all([
        store.append('one', expected, sent.slice(at, at + 500)),
        store.append('two', expected, interleaved.slice(at, at + 500)),
      ]);
    }
    const covered = new Database(join(directory, eventsFile), { readonly: true });
    const edge =
      covered.prepare<[], number>("SELECT value FROM store WHERE key = 'indexed_through'").pluck().get() ?? 0;
    covered.close();
    expect(edge).toBeGreaterThan(4_000);
    expect(edge).toBeLessThan(22_000);

    const check = async (): Promise<void> => {
      expect(idsOf(await store.readStream('one', { limit: 11_000 }))).toEqual(idsOf(sent));
      for (let from = 0; from < sent.length; from += 410) {
        const forwards = await store.readStream('one', { from: BigInt(from), limit: 700 });
        expect(idsOf(forwards)).toEqual(idsOf(sent.slice(from, from + 700)));
        const backwards = await store.readStream('two', { from: BigInt(from), limit: 30, direction: 'backwards' });
        expect(idsOf(backwards)).toEqual(idsOf(interleaved.slice(Math.max(0, from - 29), from + 1)).reverse());
      }
    };
    await check();
    await store.close();
    store = await SqliteEventStore.open({ directory });
    await check();
    expect(await store.append('one', 10_999n, events(1))).toMatchObject({ kind: 'appended', revision: 11_000n });
  });

  it('keeps streams apart whose names have the same hash', async () => {
    const [a, b] = [events(3), events(5)];
    await store.append('a', 'no-stream', a);
    await store.append('b', 'no-stream', b);
    await store.close();
    const db = new Database(join(directory, eventsFile));
    const index = db.prepare(
      'INSERT INTO stream_runs SELECT ?, min(revision), min(position), json_group_array(position) FROM events GROUP BY stream',
    );
    index.run(streamHash('a'));
    index.run(streamHash('b'));
    db.exec("UPDATE store SET value = 8 WHERE key = 'indexed_through'");
    db.close();

    store = await SqliteEventStore.open({ directory });
    expect(idsOf(await store.readStream('a'))).toEqual(idsOf(a));
    expect(idsOf(await store.readStream('b', { from: 2n }))).toEqual(idsOf(b.slice(2)));
    expect(await store.append('a', 'no-stream', a)).toMatchObject({ kind: 'appended', revision: 2n });
    expect(await store.append('a', 4n, events(1))).toEqual({ kind: 'conflict', actual: 2n });
    expect(await store.append('a', 2n, events(1))).toMatchObject({ kind: 'appended', revision: 3n });
    expect(await store.append('b', 4n, events(1))).toMatchObject({ kind: 'appended', revision: 5n });
  });

  it('gives a subscription batches of bounded size in bytes too', async () => {
    await store.close();
    store = await SqliteEventStore.open({ directory });
    for (let n = 0; n < 40; n++) {
      const [event] = events(1);
      if (event !== undefined)
        await store.append(`s${n}`, 'no-stream', [{ ...event, data: { text: 'x'.repeat(1_000_000) } }]);
    }
    const { messages, events: seen } = await untilCaughtUp(
      store.subscribeAll({ signal: new AbortController().signal }),
    );

    expect(seen).toHaveLength(40);
    const sizes = messages.flatMap((message) => (message.kind === 'events' ? [message.events.length] : []));
    expect(Math.max(...sizes)).toBeLessThan(20);
    expect(await store.readAll({ limit: 40 })).toHaveLength(40);
  });
});
