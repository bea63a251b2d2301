import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../src/event-sourcing/faults.js';
import type { Commit } from '../../../src/event-sourcing/subscribers.js';
import type { Projection, ProjectionRows } from '../../../src/event-sourcing/projection.js';
import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import { FaultyProjectionStore } from '../../support/read-model/faulty-projection-store.js';
import { SubscriberRig } from '../../support/read-model/subscriber-rig.js';
import { gate, until } from '../../support/read-model/waiting.js';
import { appendTally, byOf, tallies, tallyProjection } from '../../support/read-model/tally-projection.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

/** Counts the events of each stream instead of adding them up. */
const counting: Projection = tallyProjection({
  version: 2,
  async project(batch, rows) {
    const table = rows.table(tallies);
    await table.load(batch.map(({ stream }) => [stream]));
    for (const { stream, position } of batch) {
      table.put({ stream, total: (table.get(stream)?.total ?? 0) + 1, position });
    }
  },
});

describeOnEachReadModel(() => {
  describe('rebuilding', () => {
    let rig: SubscriberRig;

    beforeEach(async () => {
      rig = await SubscriberRig.open();
    });

    afterEach(async () => {
      await rig.close();
    });

    async function append(count: number, by = 10): Promise<string> {
      let position = '';
      for (let n = 0; n < count; n++) position = await appendTally(rig.events, `tally-${n % 2}`, by);
      return position;
    }

    /** Runs the first version until it has seen everything, then ends it. */
    async function runFirstVersion(): Promise<void> {
      const host = rig.host([tallyProjection()]);
      await host.start();
      await host.waitFor((await rig.events.head()) ?? '');
      await until(() => host.ready);
      await host.stop();
    }

    /** A projection that stops before it takes the n-th event, until the gate is opened. */
    function stoppingAt(
      n: number,
      inner: Projection,
    ): { readonly projection: Projection; readonly reached: Promise<void>; readonly open: () => void } {
      const [reached, opened] = [gate(), gate()];
      let seen = 0;
      const project = async (batch: readonly RecordedEvent[], rows: ProjectionRows): Promise<void> => {
        if (seen + batch.length >= n) {
          reached.open();
          await opened.passed;
        }
        seen += batch.length;
        await inner.project(batch, rows);
      };
      return { projection: { ...inner, project }, reached: reached.passed, open: opened.open };
    }

    it('builds another version beside the old one and shows it once it has caught up', async () => {
      await append(6);
      await runFirstVersion();
      const slow = stoppingAt(4, counting);
      const host = rig.host([slow.projection], { tuning: { batchSize: 2 } });
      await host.start();
      await slow.reached;
      expect(host.ready).toBe(false);
      expect(host.statuses()).toMatchObject([{ version: 2, state: 'catching-up', ready: false, rebuild: {} }]);
      expect(await rig.totals()).toEqual({ 'tally-0': 30, 'tally-1': 30 });
      const head = await append(2);
      const waiting = host.waitFor(head);
      slow.open();
      expect(await waiting).toBe(true);
      expect(host.ready).toBe(true);
      expect(await rig.totals()).toEqual({ 'tally-0': 4, 'tally-1': 4 });
      expect(host.statuses()).toMatchObject([{ state: 'live', eventsProcessed: 8, checkpoint: head }]);
      expect(host.statuses()[0]).not.toHaveProperty('rebuild');
      expect(rig.reports).toContainEqual({ kind: 'swapped-in', name: 'tallies', version: 2, generation: 2 });
      expect(await host.waitFor(await append(1))).toBe(true);
    });

    it('goes on with the build of another version where a stop interrupted it', async () => {
      await append(6);
      await runFirstVersion();
      const slow = stoppingAt(5, counting);
      const first = rig.host([slow.projection], { tuning: { batchSize: 2, commitEveryRows: 1 } });
      await first.start();
      await slow.reached;
      rig.abandon(first);
      const seen: string[] = [];
      const project = (batch: readonly RecordedEvent[], rows: ProjectionRows): Promise<void> => {
        seen.push(...batch.map(({ position }) => position));
        return counting.project(batch, rows);
      };
      const second = rig.host([{ ...counting, project }]);
      await second.start();
      await until(() => second.ready);
      expect(seen).toHaveLength(2);
      expect(await rig.totals()).toEqual({ 'tally-0': 3, 'tally-1': 3 });
    });

    it('builds the same version again while the live one serves and follows', async () => {
      const head = await append(6);
      let wrong = true;
      const inner = tallyProjection();
      const [reached, opened] = [gate(), gate()];
      const projection = tallyProjection({
        async project(batch, rows) {
          if (!wrong && batch[0]?.position === '0000000000000001') {
            reached.open();
            await opened.passed;
          }
          if (!wrong) return inner.project(batch, rows);
          const table = rows.table(tallies);
          for (const { stream, position } of batch) table.put({ stream, total: -1, position });
        },
      });
      const host = rig.host([projection], { tuning: { batchSize: 4 } });
      await host.start();
      expect(await host.waitFor(head)).toBe(true);
      wrong = false;
      const runner = host.get('tallies');
      const rebuilt = runner.rebuild();
      await reached.passed;
      expect(await host.waitFor(await append(2, 100))).toBe(true);
      expect(await rig.totals()).toEqual({ 'tally-0': 99, 'tally-1': 99 });
      expect(runner.ready).toBe(true);
      expect(runner.status()).toMatchObject({ state: 'live', rebuild: { checkpoint: undefined, eventsProcessed: 0 } });
      opened.open();
      await rebuilt;
      expect(await rig.totals()).toEqual({ 'tally-0': 130, 'tally-1': 130 });
      expect(runner.status()).toMatchObject({ state: 'live', eventsProcessed: 8 });
      expect(await host.waitFor(await append(1))).toBe(true);
      expect(await rig.totals()).toEqual({ 'tally-0': 140, 'tally-1': 130 });
    });

    it('comes to its end while events keep coming, and queries never go back', async () => {
      const host = rig.host([tallyProjection()], { tuning: { batchSize: 3 } });
      await append(50);
      await host.start();
      const runner = host.get('tallies');
      await until(() => host.ready);
      const over = new AbortController();
      const untilOver = async (act: () => Promise<unknown>): Promise<void> => {
        while (!over.signal.aborted) {
          await act();
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const steps: number[] = [];
      const writing = untilOver(() => append(1, 1));
      const watching = untilOver(async () => steps.push((await rig.totals())['tally-0'] ?? 0));
      try {
        for (let n = 0; n < 3; n++) await runner.rebuild();
      } finally {
        over.abort();
        await Promise.all([writing, watching]);
      }
      expect(await host.waitFor((await rig.events.head()) ?? '')).toBe(true);
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
      const all = await rig.events.readAll({ limit: 100_000 });
      const expected = all.filter(({ stream }) => stream === 'tally-0').reduce((sum, event) => sum + byOf(event), 0);
      expect((await rig.totals())['tally-0']).toBe(expected);
    });

    it('tells listeners that everything may have changed', async () => {
      await append(4);
      const host = rig.host([tallyProjection()]);
      await host.start();
      await until(() => host.ready);
      const commits: Commit[] = [];
      host.get('tallies').onCommitted((commit) => commits.push(commit));
      await host.get('tallies').rebuild();
      const head = await rig.events.head();
      expect(commits).toEqual([{ projection: 'tallies', from: head, position: head, events: undefined }]);
    });

    it('that fails says at which event, and leaves the live generation alone', async () => {
      await append(3);
      let strict = false;
      const inner = tallyProjection();
      const projection = tallyProjection({
        project(batch, rows) {
          if (strict && batch.some(({ position }) => position === '0000000000000002')) throw new Error('not this one');
          return inner.project(batch, rows);
        },
      });
      const host = rig.host([projection]);
      await host.start();
      await until(() => host.ready);
      strict = true;
      const runner = host.get('tallies');
      await expect(runner.rebuild()).rejects.toThrow('the rebuild of tallies failed: not this one');
      expect(runner.status()).toMatchObject({
        state: 'live',
        ready: true,
        rebuild: {
          eventsProcessed: 1,
          fault: { message: 'not this one', position: '0000000000000002', stream: 'tally-1' },
        },
      });
      expect(await host.waitFor(await append(1))).toBe(true);
      expect(await rig.totals()).toEqual({ 'tally-0': 30, 'tally-1': 10 });
      strict = false;
      runner.retry();
      await until(() => runner.status().rebuild === undefined);
      expect(await rig.totals()).toEqual({ 'tally-0': 30, 'tally-1': 10 });
    });

    it('mends a live generation that has failed', async () => {
      await append(2);
      let strict = true;
      const inner = tallyProjection();
      const projection = tallyProjection({
        project(batch, rows) {
          if (strict) throw new Error('cannot');
          return inner.project(batch, rows);
        },
      });
      const host = rig.host([projection]);
      await host.start();
      const runner = host.get('tallies');
      await until(() => runner.status().state === 'failed');
      strict = false;
      await runner.rebuild();
      expect(runner.status()).toMatchObject({ state: 'live', ready: true });
      expect(await rig.totals()).toEqual({ 'tally-0': 10, 'tally-1': 10 });
    });

    it('begun once more ends the one before', async () => {
      await append(3);
      let hold = false;
      const [reached, opened] = [gate(), gate()];
      const inner = tallyProjection();
      const projection = tallyProjection({
        async project(batch, rows) {
          if (hold) {
            reached.open();
            await opened.passed;
          }
          return inner.project(batch, rows);
        },
      });
      const host = rig.host([projection]);
      await host.start();
      await until(() => host.ready);
      hold = true;
      const runner = host.get('tallies');
      const earlier = runner.rebuild();
      const outcome = expect(earlier).rejects.toThrow('the rebuild of tallies was begun once more');
      await reached.passed;
      const later = runner.rebuild();
      hold = false;
      opened.open();
      await outcome;
      await later;
      expect(await rig.totals()).toEqual({ 'tally-0': 20, 'tally-1': 10 });
    });

    it('waits while its subscriber is paused, and survives a stop', async () => {
      await append(3);
      const host = rig.host([tallyProjection()]);
      await host.start();
      await until(() => host.ready);
      const runner = host.get('tallies');
      await runner.pause();
      const rebuilt = runner.rebuild();
      const outcome = expect(rebuilt).rejects.toThrow('goes on at the next start');
      await until(() => runner.status().rebuild !== undefined);
      expect(runner.status()).toMatchObject({ state: 'paused', rebuild: { eventsProcessed: 0 } });
      await host.stop();
      await outcome;
      await expect(runner.rebuild()).rejects.toThrow('tallies is not running');
      const next = rig.host([tallyProjection()]);
      await next.start();
      await until(() => next.statuses()[0]?.rebuild === undefined);
      expect(rig.reports.at(-1)).toMatchObject({ kind: 'swapped-in', generation: 2 });
      expect(await rig.totals()).toEqual({ 'tally-0': 20, 'tally-1': 10 });
    });

    it('tries again when the swap itself fails for a while', async () => {
      await append(2);
      let refusals = 2;
      const { projections } = rig.readModel;
      const store = new FaultyProjectionStore(projections, (commit) => commit());
      store.swapIn = (generation) =>
        refusals-- > 0 ? Promise.reject(new StoreUnavailableError('busy')) : projections.swapIn(generation);
      const host = rig.host([tallyProjection()], { store });
      await host.start();
      await until(() => host.ready);
      await host.get('tallies').rebuild();
      expect(refusals).toBe(-1);
      expect(host.statuses()).toMatchObject([{ state: 'live', ready: true }]);
      expect(await host.waitFor(await append(1))).toBe(true);
    });
  });
});
