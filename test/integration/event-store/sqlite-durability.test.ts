import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteEventStore } from '../../../src/event-store/sqlite/sqlite.event-store.js';
import { ChildProcess } from '../../support/event-store/child-process.js';
import { anEvent, events, plain, untilCaughtUp, wholeLog } from '../../support/event-store/events.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { faultsOf } from '../../support/event-store/verification.js';

describe('durability of the SQLite event store', () => {
  let directory: string;
  let remove: () => Promise<void>;

  beforeEach(async () => {
    const temporary = await temporaryDirectory();
    directory = temporary.path;
    remove = () => temporary.remove();
  });

  afterEach(async () => {
    await remove();
  });

  it('is the same store with the same events when it is opened again', async () => {
    const first = await SqliteEventStore.open({ directory });
    await first.append('a', 'no-stream', events(3));
    await first.append('b', 'no-stream', [anEvent({ text: 'größer 🏷️' })]);
    const before = (await wholeLog(first)).map(plain);
    await first.close();

    const second = await SqliteEventStore.open({ directory });
    try {
      expect(second.storeId).toBe(first.storeId);
      expect((await wholeLog(second)).map(plain)).toEqual(before);
      expect(await second.head()).toBe(before.at(-1)?.['position']);
      expect((await second.readStream('a')).map(plain)).toEqual(before.slice(0, 3));
    } finally {
      await second.close();
    }
  });

  it('knows after a restart what was appended before it', async () => {
    const sent = events(2);
    const first = await SqliteEventStore.open({ directory });
    const answer = await first.append('s', 'no-stream', sent);
    await first.append('s', 1n, events(1));
    await first.close();

    const second = await SqliteEventStore.open({ directory });
    try {
      expect(await second.append('s', 'no-stream', sent)).toEqual(answer);
      expect(await second.append('s', 1n, events(1))).toEqual({ kind: 'conflict', actual: 2n });
      expect(await second.append('s', 2n, events(1))).toMatchObject({ kind: 'appended', revision: 3n });
      const signal = new AbortController().signal;
      expect((await untilCaughtUp(second.subscribeAll({ signal }))).events).toHaveLength(4);
    } finally {
      await second.close();
    }
  });

  it('loses nothing it has answered, and tears no append apart, when its process is killed', async () => {
    const answered = new Map<string, string>();
    for (let round = 1; round <= 3; round++) {
      const child = new ChildProcess('appending-process.ts', directory);
      await child.said(150 * round);
      await child.kill();
      for (const line of child.lines) {
        const [stream = '', revision = '', position = '', id = ''] = line.split(' ');
        answered.set(position, `${stream} ${revision} ${id}`);
      }
    }

    const store = await SqliteEventStore.open({ directory });
    try {
      const log = await wholeLog(store);
      const stored = new Map(log.map((event) => [event.position, `${event.stream} ${event.revision} ${event.id}`]));
      for (const [position, event] of answered) expect(stored.get(position)).toBe(event);
      expect(log.map((event) => Number(event.position))).toEqual(log.map((_, n) => n + 1));
    } finally {
      await store.close();
    }
    expect(await faultsOf(directory)).toEqual([]);
  });
});
