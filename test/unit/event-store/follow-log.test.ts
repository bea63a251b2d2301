import { getEventListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppendSignal } from '../../../src/event-store/append-signal.js';
import { followLog } from '../../../src/event-store/follow-log.js';
import { InMemoryEventStore } from '../../../src/event-store/in-memory/in-memory.event-store.js';
import { StoredEvent } from '../../../src/event-store/stored-event.js';
import { events, takeUntil } from '../../support/event-store/events.js';

function logOf(count: number): {
  appended: AppendSignal;
  read: (after: number, limit: number) => StoredEvent[];
  reads: number;
} {
  const stored = Array.from({ length: count }, (_, n) => new StoredEvent(n + 1, 's', n, `id-${n}`, 'T', '{}', '{}'));
  const log = {
    appended: new AppendSignal(),
    reads: 0,
    read: (after: number, limit: number) => {
      log.reads++;
      return stored.slice(after, after + limit);
    },
  };
  return log;
}

describe('following a log', () => {
  it('leaves nothing behind when it is aborted while it waits', async () => {
    const log = logOf(3);
    const aborter = new AbortController();
    const following = takeUntil(followLog(log, { signal: aborter.signal }), () => false);
    await nextTurn();
    expect(log.appended.waiting).toBe(1);
    expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(1);

    aborter.abort();
    await following;
    expect(log.appended.waiting).toBe(0);
    expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(0);
  });

  it('leaves nothing behind when its consumer leaves it', async () => {
    const log = logOf(3);
    const { signal } = new AbortController();
    await takeUntil(followLog(log, { signal }), (message) => message.kind === 'caught-up');

    expect(log.appended.waiting).toBe(0);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('adds one listener to a signal, however many subscriptions share it', async () => {
    const store = new InMemoryEventStore();
    const aborter = new AbortController();
    const following = Array.from({ length: 300 }, () =>
      takeUntil(store.subscribeAll({ signal: aborter.signal }), () => false),
    );
    await nextTurn();
    expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(1);
    aborter.abort();
    for (const { messages } of await Promise.all(following)) expect(messages).toHaveLength(1);
    expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(0);
  });

  it('reads no batch before it is asked for', async () => {
    const log = logOf(10);
    const { signal } = new AbortController();
    const iterator = followLog(log, { signal, batchSize: 2 });
    await iterator.next();
    await nextTurn();
    expect(log.reads).toBe(1);
    await iterator.next();
    expect(log.reads).toBe(2);
    await iterator.return(undefined);
  });

  it('lets the event loop turn while it catches up', async () => {
    const log = logOf(100);
    const aborter = new AbortController();
    let turns = 0;
    const turning = (async () => {
      for (; !aborter.signal.aborted; turns++) await nextTurn();
    })();
    await takeUntil(
      followLog(log, { signal: aborter.signal, batchSize: 1 }),
      (message) => message.kind === 'caught-up',
    );
    aborter.abort();
    await turning;
    expect(turns).toBeGreaterThan(90);
  });

  it('ends with the fault of the store', async () => {
    const log = logOf(1);
    const following = takeUntil(followLog(log, { signal: new AbortController().signal }), () => false);
    const ended = expect(following).rejects.toThrow('gone');
    await nextTurn();
    log.appended.fail(new Error('gone'));
    await ended;
  });

  it.each([0, -1, 1.5, NaN])('refuses a batch size of %s', async (batchSize) => {
    const store = new InMemoryEventStore();
    await store.append('s', 'no-stream', events(1));
    const following = takeUntil(store.subscribeAll({ signal: new AbortController().signal, batchSize }), () => true);
    await expect(following).rejects.toThrow(RangeError);
  });
});
