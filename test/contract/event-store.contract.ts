import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { largestAppendBytes } from '../../src/event-sourcing/event-store.js';
import type { EventStore, SubscriptionMessage } from '../../src/event-sourcing/event-store.js';
import type { RecordedEvent } from '../../src/event-sourcing/event.js';
import { comparePositions } from '../../src/event-sourcing/position.js';
import { anEvent, events, idsOf, plain, takeUntil, untilCaughtUp, wholeLog } from '../support/event-store/events.js';

/** A store made for one test, and what is needed to get rid of it. */
export interface StoreUnderTest {
  readonly store: EventStore;
  dispose(): Promise<void>;
}

/** What every adapter of the port promises. */
export function describeEventStoreContract(adapter: string, create: () => Promise<StoreUnderTest>): void {
  describe(`event store contract: ${adapter}`, () => {
    let store: EventStore;
    let dispose: () => Promise<void>;
    let aborter: AbortController;

    beforeEach(async () => {
      const created = await create();
      store = created.store;
      dispose = () => created.dispose();
      aborter = new AbortController();
    });

    afterEach(async () => {
      aborter.abort();
      await dispose();
    });

    describe('appending', () => {
      it('numbers a stream from 0 and answers with the last event of the append', async () => {
        const first = await store.append('s', 'no-stream', events(3));
        const second = await store.append('s', 2n, events(2));

        expect(first).toMatchObject({ kind: 'appended', revision: 2n });
        expect(second).toMatchObject({ kind: 'appended', revision: 4n });
        const stored = await store.readStream('s');
        expect(stored.map((event) => event.revision)).toEqual([0n, 1n, 2n, 3n, 4n]);
        expect(stored.map((event) => event.position)).toEqual([...stored.map((event) => event.position)].sort());
        expect(stored[2]?.position).toBe(first.kind === 'appended' && first.position);
        expect(stored[4]?.position).toBe(second.kind === 'appended' && second.position);
      });

      it('gives back what was put in', async () => {
        const event = anEvent(
          { text: 'grüße 你好 🏷️ \u0000 \ud800 "\\', list: [1, -2.5, 1e300, null, true, { deep: [[]] }], empty: {} },
          { type: 'Ünusual type', metadata: { ...anEvent().metadata, reason: 'because “I” can 🚀', causationId: 'c' } },
        );
        await store.append('s', 'no-stream', [event]);

        const [stored] = await store.readStream('s');
        expect(stored && plain(stored)).toEqual({
          id: event.id,
          type: event.type,
          stream: 's',
          revision: 0n,
          position: await store.head(),
          data: event.data,
          metadata: event.metadata,
        });
      });

      it('stores an event as it was when it was appended', async () => {
        const data = { list: [1] };
        const appending = store.append('s', 'no-stream', [anEvent(data)]);
        data.list.push(2);
        await appending;

        expect((await store.readStream('s'))[0]?.data).toEqual({ list: [1] });
      });

      it.each<[string, 'no-stream' | bigint, 'no-stream' | bigint]>([
        ['no stream where there is one', 'no-stream', 2n],
        ['a stale revision', 1n, 2n],
        ['a future revision', 3n, 2n],
        ['a revision beyond any number', 2n ** 80n, 2n],
        ['a negative revision', -1n, 2n],
      ])('reports a conflict for %s', async (_, expected, actual) => {
        await store.append('s', 'no-stream', events(3));

        expect(await store.append('s', expected, events(1))).toEqual({ kind: 'conflict', actual });
        expect(await store.readStream('s')).toHaveLength(3);
      });

      it('reports a conflict for a revision of a stream that does not exist', async () => {
        expect(await store.append('s', 0n, events(1))).toEqual({ kind: 'conflict', actual: 'no-stream' });
        expect(await store.append('s', -1n, events(1))).toEqual({ kind: 'conflict', actual: 'no-stream' });
        expect(await store.head()).toBeUndefined();
      });

      it('writes all events of an append or none', async () => {
        await store.append('s', 'no-stream', events(1));
        await Promise.all([
          store.append('s', 'no-stream', events(5)),
          store.append('s', 0n, events(700)),
          store.append('s', 0n, events(3)),
        ]);

        expect(await store.readStream('s')).toHaveLength(701);
        expect(await wholeLog(store)).toHaveLength(701);
      });

      it('lets exactly one of fifty racing appends create a stream', async () => {
        const racers = Array.from({ length: 50 }, () => [anEvent(), anEvent()]);
        const results = await Promise.all(racers.map((racer) => store.append('s', 'no-stream', racer)));

        const winners = racers.filter((_, index) => results[index]?.kind === 'appended');
        expect(winners).toHaveLength(1);
        expect(idsOf(await store.readStream('s'))).toEqual(idsOf(winners.flat()));
        for (const result of results) {
          if (result.kind === 'conflict') expect(result.actual).toBe(1n);
        }
      });

      it('decides appends sent one upon another in the order they were sent', async () => {
        const sent = events(40);
        const results = await Promise.all(
          sent.map((event, n) => store.append('s', n === 0 ? 'no-stream' : BigInt(n - 1), [event])),
        );

        expect(results.every((result) => result.kind === 'appended')).toBe(true);
        expect(idsOf(await store.readStream('s'))).toEqual(idsOf(sent));
      });

      it('keeps streams apart', async () => {
        const names = [
          'a b',
          'a%20b',
          'a/b',
          'a\\b',
          'A B',
          'grüße',
          '🏷️/🚀',
          'a\u0000b',
          'a',
          'x'.repeat(3_000),
          'x'.repeat(2_999),
        ];
        await Promise.all(names.map((name, n) => store.append(name, 'no-stream', [anEvent({ n })])));

        for (const [n, name] of names.entries()) {
          const stored = await store.readStream(name);
          expect(stored.map((event) => [event.stream, event.data])).toEqual([[name, { n }]]);
        }
      });

      it('refuses names it could not give back', async () => {
        await expect(store.append('', 'no-stream', events(1))).rejects.toThrow(TypeError);
        await expect(store.append('half \ud83d', 'no-stream', events(1))).rejects.toThrow(TypeError);
        await expect(store.append('s', 'no-stream', [anEvent({}, { type: '\udc00' })])).rejects.toThrow(TypeError);
        expect(await store.head()).toBeUndefined();
      });

      it('takes an append as large as the port promises: one event, or very many', async () => {
        const big = anEvent({ text: 'é'.repeat(largestAppendBytes / 2 - 1_000) });
        await store.append('big', 'no-stream', [big]);
        const many = events(2_500);
        await store.append('many', 'no-stream', many);

        expect((await store.readStream('big'))[0]?.data).toEqual(big.data);
        expect(idsOf(await store.readStream('many', { limit: 10_000 }))).toEqual(idsOf(many));
      });

      it('answers an append of nothing with where the stream is, and writes nothing', async () => {
        await store.append('s', 'no-stream', events(2));
        const last = await store.append('s', 1n, events(1));
        await store.append('other', 'no-stream', events(1));

        expect(await store.append('s', 2n, [])).toEqual(last);
        expect(await store.append('s', 'no-stream', [])).toEqual(last);
        expect(await store.append('none', 'no-stream', [])).toEqual({ kind: 'conflict', actual: 'no-stream' });
        expect(await wholeLog(store)).toHaveLength(4);
      });
    });

    describe('repeating an append', () => {
      it('gives the first answer and writes nothing', async () => {
        const sent = events(3);
        const first = await store.append('s', 'no-stream', sent);

        expect(await store.append('s', 'no-stream', sent)).toEqual(first);
        expect(await store.readStream('s')).toHaveLength(3);
      });

      it('gives the first answer after later appends too', async () => {
        await store.append('s', 'no-stream', events(2));
        const sent = events(3);
        const first = await store.append('s', 1n, sent);
        await store.append('s', 4n, events(1));
        await store.append('other', 'no-stream', events(1));

        expect(await store.append('s', 1n, sent)).toEqual(first);
        expect(await store.readStream('s')).toHaveLength(6);
      });

      it('has one effect when both are under way at once', async () => {
        const sent = events(2);
        const [first, second] = await Promise.all([
          store.append('s', 'no-stream', sent),
          store.append('s', 'no-stream', sent),
        ]);

        expect(first.kind).toBe('appended');
        expect(second).toEqual(first);
        expect(await store.readStream('s')).toHaveLength(2);
      });

      it('is a conflict for a part of an earlier append at the revision where the whole began', async () => {
        const [a, b, c] = [anEvent(), anEvent(), anEvent()];
        await store.append('s', 'no-stream', [a, b, c]);
        const conflict = { kind: 'conflict', actual: 2n };

        expect(await store.append('s', 'no-stream', [b])).toEqual(conflict);
        expect(await store.append('s', 'no-stream', [b, c])).toEqual(conflict);
        expect(await store.append('s', 0n, [c])).toEqual(conflict);
      });

      it('is a conflict for an earlier append and one event more', async () => {
        const [a, b, c] = [anEvent(), anEvent(), anEvent()];
        await store.append('s', 'no-stream', [a, b]);

        expect(await store.append('s', 'no-stream', [a, b, c])).toEqual({ kind: 'conflict', actual: 1n });
        expect(await store.append('s', 0n, [b, c])).toEqual({ kind: 'conflict', actual: 1n });
      });

      it('is a conflict for the same ids in another order', async () => {
        const [a, b] = [anEvent(), anEvent()];
        await store.append('s', 'no-stream', [a, b]);

        expect(await store.append('s', 'no-stream', [b, a])).toEqual({ kind: 'conflict', actual: 1n });
      });

      it('writes again at another revision and in another stream, where it is not a repetition', async () => {
        const sent = [anEvent()];
        await store.append('s', 'no-stream', sent);

        expect(await store.append('s', 0n, sent)).toMatchObject({ kind: 'appended', revision: 1n });
        expect(await store.append('other', 'no-stream', sent)).toMatchObject({ kind: 'appended', revision: 0n });
        expect(idsOf(await wholeLog(store))).toEqual(Array(3).fill(sent[0]?.id));
      });

      it('disturbs no other append under way', async () => {
        const sent = events(1);
        await store.append('s', 'no-stream', sent);
        const results = await Promise.all([
          store.append('a', 'no-stream', events(1)),
          store.append('s', 'no-stream', sent),
          store.append('b', 'no-stream', events(1)),
          store.append('s', 7n, events(1)),
          store.append('c', 'no-stream', events(1)),
        ]);

        expect(results.map((result) => result.kind)).toEqual([
          'appended',
          'appended',
          'appended',
          'conflict',
          'appended',
        ]);
        expect((await wholeLog(store)).map((event) => event.stream)).toEqual(['s', 'a', 'b', 'c']);
      });
    });

    describe('reading a stream', () => {
      const revisions = (read: readonly RecordedEvent[]): number[] => read.map((event) => Number(event.revision));

      beforeEach(async () => {
        await store.append('noise', 'no-stream', events(2));
        await store.append('s', 'no-stream', events(4));
        await store.append('noise', 1n, events(1));
        await store.append('s', 3n, events(6));
      });

      it.each<[string, Parameters<EventStore['readStream']>[1], number[]]>([
        ['forwards by default', {}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
        ['forwards from a revision', { from: 7n }, [7, 8, 9]],
        ['forwards with a limit', { from: 3n, limit: 2 }, [3, 4]],
        ['forwards from the last', { from: 9n }, [9]],
        ['forwards from beyond the end', { from: 10n }, []],
        ['forwards from far beyond the end', { from: 2n ** 70n }, []],
        ['backwards from the last by default', { direction: 'backwards', limit: 3 }, [9, 8, 7]],
        ['backwards from a revision', { direction: 'backwards', from: 2n }, [2, 1, 0]],
        ['backwards with a limit', { direction: 'backwards', from: 5n, limit: 2 }, [5, 4]],
        ['backwards from beyond the end', { direction: 'backwards', from: 99n, limit: 1 }, [9]],
        ['nothing with a limit of 0', { limit: 0 }, []],
      ])('reads %s', async (_, options, expected) => {
        expect(revisions(await store.readStream('s', options))).toEqual(expected);
      });

      it('reads nothing of a stream that does not exist', async () => {
        expect(await store.readStream('none')).toEqual([]);
        expect(await store.readStream('none', { direction: 'backwards' })).toEqual([]);
      });

      it('reads at most 1,000 events unless told otherwise', async () => {
        await store.append('long', 'no-stream', events(1_005));

        expect(await store.readStream('long')).toHaveLength(1_000);
        expect(revisions(await store.readStream('long', { direction: 'backwards' })).at(-1)).toBe(5);
        expect(await store.readStream('long', { limit: 2_000 })).toHaveLength(1_005);
      });
    });

    describe('reading all', () => {
      it('finds an empty store empty', async () => {
        expect(await store.head()).toBeUndefined();
        expect(await store.readAll()).toEqual([]);
      });

      it('reads in the order of the appends, page by page', async () => {
        const sent = events(25);
        for (const [n, event] of sent.entries())
          await store.append(`s${n % 3}`, n < 3 ? 'no-stream' : BigInt(Math.floor(n / 3) - 1), [event]);

        const all = await store.readAll();
        expect(idsOf(all)).toEqual(idsOf(sent));
        expect(idsOf(await wholeLog(store, 4))).toEqual(idsOf(sent));
        expect(await store.head()).toBe(all.at(-1)?.position);
        expect(comparePositions(await store.end(), await store.head())).toBeGreaterThanOrEqual(0);
        expect(all.every(({ position }) => store.isPosition(position))).toBe(true);
        expect(store.isPosition('yesterday')).toBe(false);
        expect(await store.readAll({ after: await store.head() })).toEqual([]);
      });

      it('gives positions that compare in order as text', async () => {
        await store.append('s', 'no-stream', events(120));
        const all = await store.readAll();

        for (const [n, event] of all.entries()) expect(comparePositions(all[n - 1]?.position, event.position)).toBe(-1);
      });

      it('shows an append to its own caller at once', async () => {
        for (let n = 0; n < 20; n++) {
          const result = await store.append('s', n === 0 ? 'no-stream' : BigInt(n - 1), events(1));
          expect(await store.head()).toBe(result.kind === 'appended' && result.position);
          expect((await store.readStream('s', { direction: 'backwards', limit: 1 }))[0]?.revision).toBe(BigInt(n));
        }
      });
    });

    describe('subscribing', () => {
      const subscribe = (
        options: { after?: string | undefined; batchSize?: number } = {},
      ): AsyncIterable<SubscriptionMessage> => store.subscribeAll({ ...options, signal: aborter.signal });

      it('says at once that it has caught up with an empty store', async () => {
        const { messages } = await untilCaughtUp(subscribe());
        expect(messages).toEqual([{ kind: 'caught-up', position: undefined }]);
      });

      it('delivers what the store holds in batches, then says that it has caught up', async () => {
        const sent = events(10);
        await store.append('s', 'no-stream', sent);
        const { messages, events: seen } = await untilCaughtUp(subscribe({ batchSize: 3 }));

        expect(idsOf(seen)).toEqual(idsOf(sent));
        const batches = messages.filter((message) => message.kind === 'events');
        for (const batch of batches) {
          expect(batch.events.length).toBeGreaterThan(0);
          expect(batch.events.length).toBeLessThanOrEqual(3);
          expect(batch.position).toBe(batch.events.at(-1)?.position);
        }
        expect(messages.at(-1)).toEqual({ kind: 'caught-up', position: seen.at(-1)?.position });
      });

      it('follows what is appended later, and says each time that it has caught up', async () => {
        const appends = [events(1), events(2), events(1)];
        let caughtUp = 0;
        const { events: seen } = await takeUntil(subscribe(), (message, soFar) => {
          // An append that is on its way may be delivered in parts, each followed by the word.
          const appended = appends.slice(0, caughtUp).flat().length;
          if (message.kind !== 'caught-up' || soFar.length < appended) return false;
          const next = appends[caughtUp++];
          if (next === undefined) return true;
          void nextTurn().then(() => store.append(`s${caughtUp}`, 'no-stream', next));
          return false;
        });

        expect(caughtUp).toBe(4);
        expect(idsOf(seen)).toEqual(idsOf(appends.flat()));
      });

      it('resumes after a position', async () => {
        const sent = events(9);
        await store.append('s', 'no-stream', sent);
        const fourth = (await store.readAll())[3]?.position;
        const { events: seen } = await untilCaughtUp(subscribe({ after: fourth, batchSize: 2 }));

        expect(idsOf(seen)).toEqual(idsOf(sent.slice(4)));
      });

      it('keeps silent when it resumes from the end', async () => {
        await store.append('s', 'no-stream', events(3));
        const head = await store.head();
        const { messages } = await untilCaughtUp(subscribe({ after: head }));

        expect(messages).toEqual([{ kind: 'caught-up', position: head }]);
      });

      it('ends without an error when it is aborted while it waits', async () => {
        let ended = false;
        const following = (async () => {
          for await (const message of subscribe()) expect(message.kind).toBe('caught-up');
          ended = true;
        })();
        await pause(20);
        expect(ended).toBe(false);
        aborter.abort();
        await following;
      });

      it('ends without an error when it is aborted in the middle', async () => {
        await store.append('s', 'no-stream', events(10));
        const seen: RecordedEvent[] = [];
        for await (const message of subscribe({ batchSize: 2 })) {
          if (message.kind === 'events') seen.push(...message.events);
          if (seen.length === 4) aborter.abort();
        }
        expect(seen).toHaveLength(4);
      });

      it('delivers nothing when it was aborted before', async () => {
        await store.append('s', 'no-stream', events(1));
        aborter.abort();
        for await (const message of subscribe()) expect.unreachable(`got ${message.kind}`);
      });

      it('can be left and taken up again', async () => {
        const sent = events(6);
        await store.append('s', 'no-stream', sent);
        const first = await takeUntil(subscribe({ batchSize: 2 }), (_, seen) => seen.length === 2);
        const rest = await untilCaughtUp(subscribe({ after: first.events.at(-1)?.position }));

        expect(idsOf([...first.events, ...rest.events])).toEqual(idsOf(sent));
      });

      it('gives a slow consumer everything in order, and does not run ahead of it', async () => {
        const total = 60;
        const appending = (async () => {
          for (let n = 0; n < total; n++)
            await store.append('s', n === 0 ? 'no-stream' : BigInt(n - 1), [anEvent({ n })]);
        })();
        const seen: unknown[] = [];
        for await (const message of subscribe({ batchSize: 7 })) {
          if (message.kind === 'events') {
            expect(message.events.length).toBeLessThanOrEqual(7);
            seen.push(...message.events.map((event) => event.data));
            await pause(3);
          }
          if (seen.length === total) break;
        }
        await appending;
        expect(seen).toEqual(Array.from({ length: total }, (_, n) => ({ n })));
      });

      it('serves many subscriptions at once, each at its own pace', async () => {
        await store.append('old', 'no-stream', events(20));
        const total = 120;
        const followers = Array.from({ length: 40 }, async (_, n) => {
          const seen: RecordedEvent[] = [];
          for await (const message of subscribe({ batchSize: 1 + n })) {
            if (message.kind === 'events') seen.push(...message.events);
            if (seen.length === total) break;
            if (n % 10 === 0) await pause(1);
          }
          return idsOf(seen);
        });
        for (let n = 0; n < 100; n++) await store.append(`s${n}`, 'no-stream', events(1));
        const expected = idsOf(await wholeLog(store));

        for (const seen of await Promise.all(followers)) expect(seen).toEqual(expected);
      });

      it('misses nothing and repeats nothing while writers race', async () => {
        const writers = 16;
        const perWriter = 40;
        const collecting = takeUntil(subscribe({ batchSize: 11 }), (_, seen) => seen.length === writers * perWriter);
        const answered: string[] = [];
        await Promise.all(
          Array.from({ length: writers }, async (_, writer) => {
            for (let n = 0; n < perWriter; n++) {
              const result = await store.append(`w${writer}`, n === 0 ? 'no-stream' : BigInt(n - 1), [
                anEvent({ writer, n }),
              ]);
              if (result.kind === 'appended') answered.push(result.position);
            }
          }),
        );
        const { events: seen } = await collecting;

        const positions = seen.map((event) => event.position);
        expect(positions).toEqual([...new Set(positions)].sort());
        expect(positions).toEqual(answered.sort());
        expect(idsOf(seen)).toEqual(idsOf(await wholeLog(store)));
        for (let writer = 0; writer < writers; writer++) {
          const own = seen.filter((event) => event.stream === `w${writer}`);
          expect(own.map((event) => Number(event.revision))).toEqual(Array.from({ length: perWriter }, (_, n) => n));
        }
      });

      it('never sees the log change behind it: every page read is a prefix of what is read later', async () => {
        const prefixes: string[][] = [];
        const writing = new AbortController();
        const reading = (async () => {
          while (!writing.signal.aborted) {
            prefixes.push(idsOf(await store.readAll({ limit: 5_000 })));
            await nextTurn();
          }
        })();
        await Promise.all(
          Array.from({ length: 8 }, async (_, writer) => {
            for (let n = 0; n < 25; n++)
              await store.append(`w${writer}`, n === 0 ? 'no-stream' : BigInt(n - 1), events(1 + (n % 3)));
          }),
        );
        writing.abort();
        await reading;

        const whole = idsOf(await wholeLog(store));
        for (const prefix of prefixes) expect(prefix).toEqual(whole.slice(0, prefix.length));
      });

      it('refuses a position that is none of its own', async () => {
        await expect(untilCaughtUp(subscribe({ after: 'yesterday' }))).rejects.toThrow(/position/);
      });
    });

    describe('closing', () => {
      it('finishes what it accepted', async () => {
        const appending = Array.from({ length: 20 }, (_, n) => store.append(`s${n}`, 'no-stream', events(1)));
        await store.close();

        for (const result of await Promise.all(appending)) expect(result.kind).toBe('appended');
      });

      it('is harmless when repeated, and refuses everything afterwards', async () => {
        await Promise.all([store.close(), store.close()]);
        await store.close();

        await expect(store.append('s', 'no-stream', events(1))).rejects.toThrow(/closed/);
        await expect(store.readAll()).rejects.toThrow(/closed/);
        await expect(store.readStream('s')).rejects.toThrow(/closed/);
        await expect(store.head()).rejects.toThrow(/closed/);
        await expect(untilCaughtUp(store.subscribeAll({ signal: aborter.signal }))).rejects.toThrow(/closed/);
      });

      it('tells those who follow', async () => {
        const following = takeUntil(store.subscribeAll({ signal: aborter.signal }), () => false);
        const ended = expect(following).rejects.toThrow(/closed/);
        await pause(10);
        await store.close();
        await ended;
      });
    });

    it('has an identity of its own', async () => {
      const other = await create();
      try {
        expect(store.storeId).toMatch(/^[0-9a-f-]{36}$/);
        expect(other.store.storeId).not.toBe(store.storeId);
      } finally {
        await other.dispose();
      }
    });
  });
}
