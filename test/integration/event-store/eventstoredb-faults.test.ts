import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SubscriptionMessage } from '../../../src/event-sourcing/event-store.js';
import { StoreUnavailableError } from '../../../src/event-sourcing/faults.js';
import { EventStoreDbEventStore } from '../../../src/event-store/eventstoredb/eventstoredb.event-store.js';
import { anEvent, events, idsOf, takeUntil, wholeLog } from '../../support/event-store/events.js';
import { jsonEvent } from '../../support/eventstoredb/log-record.js';
import { EventStoreDbServer } from '../../support/eventstoredb/server.js';

/** Short enough for a test, long enough for a crowded machine. */
const times = { answerMs: 1_000, quickAnswerMs: 500, patienceMs: 6_000, replaceMs: 500, beliefMs: 500 };

describe('EventStoreDB that fails', () => {
  let server: EventStoreDbServer;
  let store: EventStoreDbEventStore;
  let following: AbortController;

  beforeEach(async () => {
    server = await EventStoreDbServer.start({});
    store = await EventStoreDbEventStore.open({
      connectionString: server.connectionString,
      prefix: 'test/',
      categories: [''],
      times,
    });
    following = new AbortController();
  });

  afterEach(async () => {
    following.abort();
    server.thaw();
    await store.close();
    await server.stop();
  });

  function follow(until: number, seen: string[] = []): Promise<string[]> {
    return (async () => {
      for await (const message of store.subscribeAll({ signal: following.signal })) {
        if (message.kind === 'events') seen.push(...idsOf(message.events));
        if (seen.length >= until) break;
      }
      return seen;
    })();
  }

  it.each(['connection-lost', 'silence', 'timeout'] as const)(
    'settles an append that was written and answered with %s',
    async (answer) => {
      await store.append('s', 'no-stream', events(1));
      const sent = events(2);
      server.decree({ written: true, answer });
      const result = await store.append('s', 0n, sent);

      const stored = await store.readStream('s');
      expect(idsOf(stored.slice(1))).toEqual(idsOf(sent));
      expect(result).toEqual({ kind: 'appended', revision: 2n, position: stored[2]?.position });
    },
  );

  it.each(['connection-lost', 'silence', 'timeout'] as const)(
    'settles an append that was not written and answered with %s',
    async (answer) => {
      const sent = events(2);
      server.decree({ written: false, answer });

      expect(await store.append('s', 'no-stream', sent)).toMatchObject({ kind: 'appended', revision: 1n });
      expect(idsOf(await store.readStream('s'))).toEqual(idsOf(sent));
    },
  );

  it('waits for a server that starts again, and for one that is not ready', async () => {
    await server.stop();
    const appending = store.append('s', 'no-stream', events(1));
    await sleep(300);
    await server.startAgain();
    expect(await appending).toMatchObject({ kind: 'appended' });

    server.setReady(false);
    const next = store.append('s', 0n, events(1));
    await sleep(300);
    server.setReady(true);
    expect(await next).toMatchObject({ kind: 'appended', revision: 1n });
    expect(store.health().fault).toBeUndefined();
  });

  it('refuses in bounded time while nobody answers, says so, and recovers by itself', async () => {
    server.freeze();
    await expect(store.append('s', 'no-stream', events(1))).rejects.toThrow(StoreUnavailableError);
    await expect(store.readStream('s')).rejects.toThrow('What was answered before is safe');
    expect(store.health().fault).toContain('no answer');

    server.thaw();
    expect(await store.append('t', 'no-stream', events(1))).toMatchObject({ kind: 'appended' });
    expect(store.health().fault).toBeUndefined();
  });

  it('loses nothing and doubles nothing while connections break under load', async () => {
    const writers = 16;
    const perWriter = 25;
    const seen = follow(writers * perWriter);
    const writing = new AbortController();
    const breaking = (async () => {
      while (!writing.signal.aborted) {
        await sleep(150);
        server.dropConnections();
      }
    })();
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let n = 0; n < perWriter; n++) {
          const result = await store.append(`w${writer}`, n === 0 ? 'no-stream' : BigInt(n - 1), [anEvent({ n })]);
          expect(result).toMatchObject({ kind: 'appended', revision: BigInt(n) });
        }
      }),
    );
    writing.abort();
    await breaking;

    const log = await wholeLog(store);
    expect(log).toHaveLength(writers * perWriter);
    expect(await seen).toEqual(idsOf(log));
  });

  it.each(['dropSubscriptions', 'endSubscriptions', 'dropConnections'] as const)(
    'follows on over %s, without a gap or a repeat',
    async (fault) => {
      const seen: string[] = [];
      const all = follow(60, seen);
      const sent = events(60);
      for (const [n, event] of sent.entries()) {
        await store.append('s', n === 0 ? 'no-stream' : BigInt(n - 1), [event]);
        if (n % 20 === 10) server[fault]();
      }
      expect(await all).toEqual(idsOf(sent));
    },
  );

  it('follows on when the server was frozen and another client has taken over', async () => {
    const sent = events(2);
    const all = follow(2);
    await store.append('s', 'no-stream', sent.slice(0, 1));
    server.freeze();
    const next = store.append('s', 0n, sent.slice(1));
    await sleep(1_500);
    server.thaw();
    expect(await next).toMatchObject({ kind: 'appended', revision: 1n });
    expect(await all).toEqual(idsOf(sent));
  });

  it('tells no position that the consumer has not come to', async () => {
    for (let n = 0; n < 40; n++) await store.append(`s${n}`, 'no-stream', events(5));
    const log = await wholeLog(store);
    const messages: SubscriptionMessage[] = [];
    for await (const message of store.subscribeAll({ batchSize: 7, signal: following.signal })) {
      messages.push(message);
      // What is ahead of a slow reader has long arrived.
      await sleep(5);
      const delivered = messages.flatMap((one) => (one.kind === 'events' ? one.events : []));
      const next = log[delivered.length];
      if (next !== undefined) expect((message.position ?? '') < next.position).toBe(true);
      if (message.kind === 'caught-up') break;
    }
    expect(messages.flatMap((one) => (one.kind === 'events' ? idsOf(one.events) : []))).toEqual(idsOf(log));
  });

  it('resumes from every position it has told', async () => {
    for (let n = 0; n < 10; n++) {
      await store.append(`s${n}`, 'no-stream', events(2));
      const foreign = jsonEvent({ id: randomUUID(), type: 'Foreign', data: {} });
      server.database.append(`foreign-${n}`, 'any', [foreign, { ...foreign, id: randomUUID() }]);
    }
    const log = idsOf(await wholeLog(store));
    const { messages } = await takeUntil(
      store.subscribeAll({ batchSize: 3, signal: following.signal }),
      ({ kind }) => kind === 'caught-up',
    );
    let before = 0;
    for (const message of messages) {
      if (message.kind === 'events') before += message.events.length;
      const { events: rest } = await takeUntil(
        store.subscribeAll({ after: message.position, signal: following.signal }),
        ({ kind }) => kind === 'caught-up',
      );
      expect(idsOf(rest)).toEqual(log.slice(before));
    }
  });

  it('stops with a clear word at a position of another store', async () => {
    await store.append('s', 'no-stream', events(3));
    const [first] = await store.readAll();
    const inside = `${(BigInt(first?.position.slice(0, 20) ?? '') + 1n).toString().padStart(20, '0')}e`;
    const following = takeUntil(
      store.subscribeAll({ after: inside, signal: new AbortController().signal }),
      () => true,
    );
    await expect(following).rejects.toThrow('came from another store');
  });
});
