import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailableError, TooMuchContentionError } from '../../../src/event-sourcing/faults.js';
import type { EventReader, SubscriptionMessage } from '../../../src/event-sourcing/event-store.js';
import type { Commit } from '../../../src/event-sourcing/subscribers.js';
import { ReadModelDamagedError } from '../../../src/event-sourcing/projection-store.js';
import { FaultyProjectionStore } from '../../support/read-model/faulty-projection-store.js';
import type { CommitFault } from '../../support/read-model/faulty-projection-store.js';
import { SubscriberRig } from '../../support/read-model/subscriber-rig.js';
import { gate, until } from '../../support/read-model/waiting.js';
import { appendTally, byOf, tallies, tallyProjection } from '../../support/read-model/tally-projection.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

describeOnEachReadModel(() => {
  describe('subscribers', () => {
    let rig: SubscriberRig;

    beforeEach(async () => {
      rig = await SubscriberRig.open();
    });

    afterEach(async () => {
      await rig.close();
    });

    async function append(count: number, by: number | string = 1): Promise<string> {
      let position = '';
      for (let n = 0; n < count; n++) position = await appendTally(rig.events, `tally-${n % 3}`, by);
      return position;
    }

    const others = tallyProjection({
      name: 'others',
      tables: [{ ...tallies, name: 'other_tallies' }],
      project: () => Promise.resolve(),
    });

    describe('following', () => {
      it('catch up, then follow, and say where they are', async () => {
        await append(10);
        const host = rig.host([tallyProjection()], { tuning: { batchSize: 3 } });
        expect(host.statuses()).toMatchObject([{ state: 'starting', ready: false }]);
        await host.start();
        const head = await append(2);
        expect(await host.waitFor(head)).toBe(true);
        expect(await rig.totals()).toEqual({ 'tally-0': 5, 'tally-1': 4, 'tally-2': 3 });
        await until(() => host.ready);
        expect(host.statuses()).toEqual([
          {
            name: 'tallies',
            version: 1,
            state: 'live',
            ready: true,
            checkpoint: head,
            head,
            lagMs: expect.any(Number) as number,
            eventsProcessed: 12,
          },
        ]);
        expect(rig.reports).toEqual([{ kind: 'complete', name: 'tallies', version: 1 }]);
      });

      it('go on from the checkpoint after a restart', async () => {
        const first = rig.host([tallyProjection()]);
        await first.start();
        await first.waitFor(await append(5));
        await until(() => first.ready);
        await first.stop();
        expect(first.statuses()).toMatchObject([{ state: 'stopped' }]);
        const head = await append(4);
        const seen: string[] = [];
        const inner = tallyProjection();
        const counting = tallyProjection({
          project(batch, rows) {
            seen.push(...batch.map(({ position }) => position));
            return inner.project(batch, rows);
          },
        });
        const second = rig.host([counting]);
        await second.start();
        expect(second.ready).toBe(true);
        await second.waitFor(head);
        expect(seen).toHaveLength(4);
        expect(await rig.totals()).toEqual({ 'tally-0': 4, 'tally-1': 3, 'tally-2': 2 });
        expect(second.statuses()).toMatchObject([{ eventsProcessed: 9 }]);
      });

      it('move on past stretches without events', async () => {
        const messages: SubscriptionMessage[] = [
          { kind: 'position', position: '0000000000000007' },
          { kind: 'caught-up', position: '0000000000000007' },
          { kind: 'position', position: '0000000000000009' },
        ];
        const idle = gate();
        const reader: EventReader = {
          storeId: rig.events.storeId,
          readStream: () => Promise.resolve([]),
          readAll: () => Promise.resolve([]),
          head: () => Promise.resolve('0000000000000009'),
          end: () => Promise.resolve('0000000000000009'),
          isPosition: (text) => rig.events.isPosition(text),
          async *subscribeAll({ signal }) {
            yield* messages;
            if (signal.aborted) return;
            signal.addEventListener('abort', () => {
              idle.open();
            });
            await idle.passed;
          },
        };
        const host = rig.host([tallyProjection()], { reader });
        await host.start();
        expect(await host.waitFor('0000000000000009')).toBe(true);
        await host.stop();
        const { live } = await rig.readModel.projections.open(tallyProjection());
        expect(await live?.progress()).toMatchObject({ checkpoint: '0000000000000009', events: 0, complete: true });
      });

      it('tell the time between an event and its projection', async () => {
        const host = rig.host([tallyProjection()]);
        await host.start();
        await host.waitFor(await append(1));
        const age = Date.now() - Date.parse('2026-01-01T00:00:00.000Z');
        expect(Math.abs((host.statuses()[0]?.lagMs ?? 0) - age)).toBeLessThan(60_000);
      });

      it('are told apart by name', () => {
        expect(() => rig.host([tallyProjection(), tallyProjection()])).toThrow('two projections are called tallies');
        expect(() => rig.host([tallyProjection()]).get('nobody')).toThrow(
          'there is no projection nobody; there are tallies',
        );
      });
    });

    describe('a poison event', () => {
      it.each([1, 4, 100])('stops its subscriber at the event, in batches of %i, and no other', async (batchSize) => {
        await append(10);
        const poison = await appendTally(rig.events, 'tally-bad', 'nonsense');
        const head = await append(10);
        const host = rig.host([tallyProjection(), others], { tuning: { batchSize } });
        await host.start();
        expect(await host.waitFor(head, { projections: ['others'] })).toBe(true);
        await until(() => host.get('tallies').status().state === 'failed');
        const failed = host.get('tallies').status();
        expect(failed.fault).toEqual({ message: 'an event without a number', position: poison, stream: 'tally-bad' });
        expect(failed.eventsProcessed).toBe(10);
        expect(await rig.totals()).toEqual({ 'tally-0': 4, 'tally-1': 3, 'tally-2': 3 });
        expect(host.get('others').status()).toMatchObject({ state: 'live', checkpoint: head });
        expect(rig.reports.filter(({ kind }) => kind === 'failed')).toHaveLength(1);
      });

      it('lets those who wait go, and stays at the event until it can be taken', async () => {
        let mended = false;
        const inner = tallyProjection();
        const projection = tallyProjection({
          project(batch, rows) {
            return inner.project(mended ? batch.filter(({ stream }) => stream !== 'tally-bad') : batch, rows);
          },
        });
        const host = rig.host([projection]);
        await host.start();
        await host.waitFor(await append(3));
        const waiting = host.waitFor('9999999999999999');
        await appendTally(rig.events, 'tally-bad', 'nonsense');
        const head = await append(3);
        expect(await waiting).toBe(false);
        expect(await host.waitFor(head)).toBe(false);
        host.get('tallies').retry();
        await until(() => host.get('tallies').status().state === 'failed');
        mended = true;
        host.get('tallies').retry();
        await until(() => host.get('tallies').checkpoint === head);
        expect(await rig.totals()).toEqual({ 'tally-0': 2, 'tally-1': 2, 'tally-2': 2 });
        expect(host.get('tallies').status().fault).toBeUndefined();
      });

      it('is found too when only its row cannot be written', async () => {
        await append(5);
        const poison = await append(1, 0.5);
        await append(5);
        const host = rig.host([tallyProjection()]);
        await host.start();
        await until(() => host.get('tallies').status().state === 'failed');
        expect(host.get('tallies').status().fault).toMatchObject({ position: poison, stream: 'tally-0' });
        expect(await rig.totals()).toEqual({ 'tally-0': 2, 'tally-1': 2, 'tally-2': 1 });
      });

      it('is met again after a restart', async () => {
        const poison = await append(1, 'nonsense');
        for (const host of [rig.host([tallyProjection()]), rig.host([tallyProjection()])]) {
          await host.start();
          await until(() => host.get('tallies').status().state === 'failed');
          expect(host.get('tallies').status().fault).toMatchObject({ position: poison });
          await host.stop();
        }
      });
    });

    describe('faults that pass', () => {
      it('are waited out, and every event counts once', async () => {
        let faults = 0;
        const store = new FaultyProjectionStore(rig.readModel.projections, async (commit) => {
          if (faults++ % 3 === 0) throw new StoreUnavailableError('the disk is full');
          await commit();
          if (faults++ % 3 === 1) throw new StoreUnavailableError('no answer');
        });
        await append(20);
        const host = rig.host([tallyProjection()], { store, tuning: { batchSize: 2, commitEveryRows: 1 } });
        await host.start();
        const head = await append(4);
        expect(await host.waitFor(head)).toBe(true);
        expect(await rig.totals()).toEqual({ 'tally-0': 9, 'tally-1': 8, 'tally-2': 7 });
        expect(rig.reports.filter(({ kind }) => kind === 'retrying').length).toBeGreaterThan(2);
        expect(rig.reports.some(({ kind }) => kind === 'failed')).toBe(false);
      });

      it('show in the status while they last', async () => {
        const store = new FaultyProjectionStore(rig.readModel.projections, () =>
          Promise.reject(new StoreUnavailableError('the disk is full')),
        );
        await append(1);
        const host = rig.host([tallyProjection()], { store });
        await host.start();
        await until(() => host.statuses()[0]?.fault !== undefined);
        expect(host.statuses()).toMatchObject([
          { state: 'catching-up', ready: false, fault: { message: 'the disk is full; trying again' } },
        ]);
      });

      it('include a subscription that ends or breaks', async () => {
        let subscriptions = 0;
        const reader: EventReader = {
          storeId: rig.events.storeId,
          readStream: (stream, options) => rig.events.readStream(stream, options),
          readAll: (options) => rig.events.readAll(options),
          head: () => rig.events.head(),
          end: () => rig.events.end(),
          isPosition: (text) => rig.events.isPosition(text),
          async *subscribeAll(options) {
            subscriptions += 1;
            let left = 3;
            for await (const message of rig.events.subscribeAll({ ...options, batchSize: 1 })) {
              if (subscriptions < 5 && left-- === 0) {
                if (subscriptions % 2 === 0) throw new StoreUnavailableError('the connection broke');
                return;
              }
              yield message;
            }
          },
        };
        const head = await append(20);
        const host = rig.host([tallyProjection()], { reader, tuning: { commitEveryRows: 1 } });
        await host.start();
        expect(await host.waitFor(head)).toBe(true);
        expect(subscriptions).toBe(5);
        expect(await rig.totals()).toEqual({ 'tally-0': 7, 'tally-1': 7, 'tally-2': 6 });
      });

      it('include a stream that a process found too busy', async () => {
        let refusals = 3;
        const inner = tallyProjection();
        const process = tallyProjection({
          project(batch, rows) {
            if (refusals-- > 0) throw new TooMuchContentionError('image-alpha/sandbox/busy', 12);
            return inner.project(batch, rows);
          },
        });
        const host = rig.host([process]);
        await host.start();
        expect(await host.waitFor(await append(2))).toBe(true);
        expect(refusals).toBeLessThan(0);
        expect(rig.reports.some(({ kind }) => kind === 'failed')).toBe(false);
      });

      it('do not include a damaged read model, for which no event is blamed', async () => {
        let damaged = false;
        const store = new FaultyProjectionStore(rig.readModel.projections, (commit) =>
          damaged ? Promise.reject(new ReadModelDamagedError('the read model is damaged')) : commit(),
        );
        const host = rig.host([tallyProjection()], { store });
        await host.start();
        await host.waitFor(await append(1));
        damaged = true;
        await append(2);
        await until(() => host.statuses()[0]?.state === 'failed');
        expect(host.statuses()[0]?.fault).toEqual({ message: 'the read model is damaged' });
      });

      it('do not include another writer: the subscriber stops rather than fight', async () => {
        const host = rig.host([tallyProjection()]);
        await host.start();
        const head = await append(2);
        await host.waitFor(head);
        const { live } = await rig.readModel.projections.open(tallyProjection());
        await live?.commit({ from: head, to: '0000000000000099', events: 1, changes: [] });
        await append(1);
        await until(() => host.statuses()[0]?.state === 'failed');
        expect(host.statuses()[0]?.fault?.message).toContain('another process writes the same read model');
        expect(await rig.totals()).toEqual({ 'tally-0': 1, 'tally-1': 1 });
      });
    });

    describe('pause, resume, stop', () => {
      it('finish the batch in hand', async () => {
        const [entered, leave] = [gate(), gate()];
        const inner = tallyProjection();
        const slow = tallyProjection({
          async project(batch, rows) {
            entered.open();
            await leave.passed;
            await inner.project(batch, rows);
          },
        });
        const host = rig.host([slow]);
        await host.start();
        const position = await append(1);
        await entered.passed;
        const paused = host.get('tallies').pause();
        leave.open();
        await paused;
        expect(host.statuses()).toMatchObject([{ state: 'paused', checkpoint: position }]);
        const head = await append(5);
        expect(await host.waitFor(head, { timeoutMs: 20 })).toBe(false);
        host.get('tallies').resume();
        expect(await host.waitFor(head)).toBe(true);
        expect(await rig.totals()).toEqual({ 'tally-0': 3, 'tally-1': 2, 'tally-2': 1 });
      });

      it('may follow one another in any haste', async () => {
        const host = rig.host([tallyProjection()]);
        await host.start();
        const runner = host.get('tallies');
        const pauses: Promise<void>[] = [];
        for (let n = 0; n < 10; n++) {
          await append(2);
          pauses.push(runner.pause());
          runner.resume();
        }
        await Promise.all(pauses);
        const head = await append(1);
        expect(await host.waitFor(head)).toBe(true);
        expect(Object.values(await rig.totals()).reduce((sum, total) => sum + total, 0)).toBe(21);
        expect(host.statuses()).toMatchObject([{ state: 'live' }]);
      });

      it('let those who wait go when there will be no more', async () => {
        const host = rig.host([tallyProjection()]);
        await host.start();
        const wait = host.waitFor('9999999999999999');
        await host.stop();
        expect(await wait).toBe(false);
        expect(await host.waitFor('9999999999999999')).toBe(false);
        host.get('tallies').resume();
        host.get('tallies').retry();
        expect(host.statuses()).toMatchObject([{ state: 'stopped' }]);
      });
    });

    describe('listeners', () => {
      it('hear of every live commit, with its events, before those who wait', async () => {
        const host = rig.host([tallyProjection()]);
        await append(3);
        const commits: Commit[] = [];
        const order: string[] = [];
        const end = host.get('tallies').onCommitted((commit) => {
          commits.push(commit);
          order.push('listener');
        });
        await host.start();
        await until(() => host.ready);
        commits.length = 0;
        order.length = 0;
        const position = await append(1);
        await host.waitFor(position).then(() => order.push('waiter'));
        expect(order).toEqual(['listener', 'waiter']);
        expect(commits).toMatchObject([{ projection: 'tallies', position, events: [{ position, stream: 'tally-0' }] }]);
        end();
        await host.waitFor(await append(1));
        expect(commits).toHaveLength(1);
      });

      it('hear without gap or repeat where each commit begins and ends', async () => {
        const host = rig.host([tallyProjection()], { tuning: { batchSize: 2, commitEveryRows: 2 } });
        await append(9);
        const commits: Commit[] = [];
        host.get('tallies').onCommitted((commit) => commits.push(commit));
        await host.start();
        await host.waitFor(await append(5));
        expect(commits[0]?.from).toBeUndefined();
        for (const [index, commit] of commits.entries())
          if (index > 0) expect(commit.from).toBe(commits[index - 1]?.position);
        expect(commits.at(-1)?.position).toBe(await rig.events.head());
      });

      it('cannot stop a subscriber', async () => {
        const host = rig.host([tallyProjection()]);
        const error = new Error('of the listener');
        host.get('tallies').onCommitted(() => {
          throw error;
        });
        await host.start();
        expect(await host.waitFor(await append(2))).toBe(true);
        expect(rig.reports).toContainEqual({ kind: 'listener-failed', name: 'tallies', version: 1, error });
        expect(host.statuses()).toMatchObject([{ state: 'live' }]);
      });
    });

    describe('waiting', () => {
      it('serves thousands', async () => {
        const host = rig.host([tallyProjection()]);
        await host.start();
        const waits = Array.from({ length: 3_000 }, (_, n) =>
          host.waitFor(String((n % 30) + 1).padStart(16, '0'), { timeoutMs: 20_000 }),
        );
        await append(30);
        expect((await Promise.all(waits)).every((passed) => passed)).toBe(true);
      });
    });

    it('count every event once, wherever the process dies', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              events: fc.integer({ min: 0, max: 12 }),
              commits: fc.integer({ min: 0, max: 5 }),
              after: fc.boolean(),
            }),
            {
              minLength: 1,
              maxLength: 5,
            },
          ),
          fc.integer({ min: 1, max: 7 }),
          fc.integer({ min: 1, max: 9 }),
          async (lives, batchSize, commitEveryRows) => {
            await rig.close();
            rig = await SubscriberRig.open();
            const expected: Record<string, number> = {};
            const appendSome = async (count: number): Promise<void> => {
              for (let n = 0; n < count; n++) {
                const stream = `tally-${n % 2}`;
                await appendTally(rig.events, stream, n + 1);
                expected[stream] = (expected[stream] ?? 0) + n + 1;
              }
            };
            for (const { events, commits, after } of lives) {
              let left = commits;
              const died = gate();
              const dies: CommitFault = async (commit) => {
                if (left-- > 0) return commit();
                if (left === -1 && after) await commit();
                died.open();
                return new Promise<never>(() => undefined);
              };
              const store = new FaultyProjectionStore(rig.readModel.projections, dies);
              const doomed = rig.host([tallyProjection()], { store, tuning: { batchSize, commitEveryRows } });
              await appendSome(events);
              await doomed.start();
              const head = await rig.events.head();
              await Promise.race([died.passed, head === undefined ? Promise.resolve() : doomed.waitFor(head)]);
              left = -1;
              rig.abandon(doomed);
            }
            await appendSome(1);
            const last = rig.host([tallyProjection()], { tuning: { batchSize, commitEveryRows } });
            await last.start();
            await last.waitFor((await rig.events.head()) ?? '');
            expect(await rig.totals()).toEqual(expected);
          },
        ),
        { numRuns: 40 },
      );
    });

    it('give a projection every event once and in order', async () => {
      const seen: string[] = [];
      const inner = tallyProjection();
      const projection = tallyProjection({
        project(batch, rows) {
          for (const event of batch) seen.push(`${event.position}:${byOf(event)}`);
          return inner.project(batch, rows);
        },
      });
      const host = rig.host([projection], { tuning: { batchSize: 4 } });
      await append(10);
      await host.start();
      await host.waitFor(await append(10));
      expect(seen).toHaveLength(20);
      expect(seen).toEqual([...seen].sort());
    });
  });
});
