import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storageProjection } from '../../../src/billing/storage.projection.js';
import { StorageQueries } from '../../../src/billing/storage.queries.js';
import type { StorageTables } from '../../../src/billing/storage.tables.js';
import { slotLabel } from '../../../src/vocabulary/slot.js';
import { projected } from '../../support/projected.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';
import { StorageModel } from './storage-model.js';
import type { DatedEvent } from './storage-model.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

const epoch = Date.parse('2026-03-01T00:00:00.000Z');
const workspaces = ['acme', 'beta'] as const;
const slots = [
  slotOf('acme/sandbox/web'),
  slotOf('acme/agent/web'),
  slotOf('acme/sandbox/db/main'),
  slotOf('beta/sandbox/web'),
];

/** Sizes around the limits of 32, 53 and 64 bits, so that inexact sums show. */
const size = fc.oneof(
  fc.integer({ min: 0, max: 10 }),
  fc.constantFrom(2 ** 27, 2 ** 27 - 1, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER),
);

type Step =
  | {
      readonly kind: 'push';
      readonly slot: number;
      readonly tag: string;
      readonly digest: number;
      readonly size: number;
    }
  | { readonly kind: 'untag'; readonly slot: number; readonly tag: string }
  | { readonly kind: 'delete'; readonly slot: number };

const slot = fc.nat({ max: slots.length - 1 });
const tag = fc.constantFrom('v1', 'v2', 'latest');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('push' as const), slot, tag, digest: fc.nat({ max: 3 }), size }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('untag' as const), slot, tag }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), slot }) },
);
/** Mostly forwards, now and then back; rarely far. */
const elapsed = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 2, arbitrary: fc.integer({ min: -30, max: 0 }) },
  { weight: 1, arbitrary: fc.integer({ min: 60, max: 300 }) },
);
const history = fc.array(fc.tuple(step, elapsed), { minLength: 1, maxLength: 40 });

/** What really happened: deleting what is not there leaves no event. */
function happened(steps: readonly (readonly [Step, number])[]): DatedEvent[] {
  const tags = new Map<string, Map<string, string>>();
  const events: DatedEvent[] = [];
  let second = 0;
  for (const [taken, passed] of steps) {
    second += passed;
    const at = slots[taken.slot];
    if (at === undefined) continue;
    const label = slotLabel(at);
    const held = tags.get(label) ?? new Map<string, string>();
    tags.set(label, held);
    if (taken.kind === 'push') {
      const digest = digestOf(taken.digest);
      if (held.get(taken.tag) === digest) continue;
      held.set(taken.tag, digest);
      events.push({ slot: at, second, event: pushed(taken.tag, digest, taken.size) });
    } else if (taken.kind === 'untag') {
      const digest = held.get(taken.tag);
      if (digest === undefined) continue;
      held.delete(taken.tag);
      events.push({ slot: at, second, event: { type: 'TagDeleted', data: { tag: taken.tag, digest } } });
    } else if (held.size > 0) {
      held.clear();
      events.push({ slot: at, second, event: { type: 'ImageDeleted', data: {} } });
    }
  }
  return events;
}

const time = (second: number): number => epoch + second * 1_000;

async function metered(events: readonly DatedEvent[], batchSizes: readonly number[]) {
  const log = new WrittenLog();
  const model = new StorageModel();
  for (const dated of events) {
    await log.image(dated.slot, dated.event, { occurredAt: new Date(time(dated.second)).toISOString() });
    model.apply(dated);
  }
  const readModel = await projected<StorageTables>(log.store, [storageProjection], batchSizes);
  // Few at once, so that most bills take several steps.
  return { model, readModel, queries: new StorageQueries(readModel.queries, 2) };
}

describeOnEachReadModel(() => {
  describe('the storage meter, against a count of every second', () => {
    it('tells the same bytes and byte-hours, per workspace and image, for any period', async () => {
      const period = fc.tuple(fc.integer({ min: -40, max: 500 }), fc.integer({ min: 0, max: 300 }));
      const batches = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(history, period, batches, async (steps, [from, length], batchSizes) => {
          const events = happened(steps);
          const { model, readModel, queries } = await metered(events, batchSizes);
          const to = from + length;
          const report = await queries.storage({
            period: { from: time(from), to: time(to) },
            now: time(1_000_000),
            workspaces,
          });
          for (const { workspace, bytesNow, byteMilliseconds, images } of report.workspaces) {
            const label = (image: { resourceType: string; name: string }) =>
              `${workspace}/${image.resourceType}/${image.name}`;
            const expectedNow = model.bytesAt(workspace, 1_000_000);
            const expectedSum = model.byteSeconds(workspace, from, to);
            for (const image of images) {
              expect(image.bytesNow).toBe(expectedNow.get(label(image)) ?? 0n);
              expect(image.byteMilliseconds).toBe((expectedSum.get(label(image)) ?? 0n) * 1_000n);
            }
            expect(bytesNow).toBe([...expectedNow.values()].reduce((sum, bytes) => sum + bytes, 0n));
            expect(byteMilliseconds).toBe([...expectedSum.values()].reduce((sum, bytes) => sum + bytes, 0n) * 1_000n);
          }
          await readModel.close();
        }),
        { numRuns: 150 },
      );
    });

    it('tells the same bytes at every point of a series', async () => {
      const step = fc.integer({ min: 1, max: 40 });
      await fc.assert(
        fc.asyncProperty(history, fc.integer({ min: -40, max: 200 }), step, async (steps, from, stepSeconds) => {
          const { model, readModel, queries } = await metered(happened(steps), [7]);
          const to = from + 250;
          const report = await queries.storage({
            period: { from: time(from), to: time(to) },
            now: time(1_000_000),
            workspaces,
            stepMs: stepSeconds * 1_000,
          });
          for (const { workspace, series } of report.workspaces) {
            const expected = [];
            for (let second = from; second <= to; second += stepSeconds) {
              const bytes = [...model.bytesAt(workspace, second).values()].reduce((sum, one) => sum + one, 0n);
              expected.push({ at: time(second), bytes });
            }
            expect(series).toEqual(expected);
          }
          await readModel.close();
        }),
        { numRuns: 80 },
      );
    });

    it('adds up: the periods that make up a longer one come to the same', async () => {
      await fc.assert(
        fc.asyncProperty(
          history,
          fc.uniqueArray(fc.integer({ min: -40, max: 500 }), { minLength: 3, maxLength: 6 }),
          async (steps, cuts) => {
            const { readModel, queries } = await metered(happened(steps), [5]);
            const bounds = cuts.sort((a, b) => a - b).map(time);
            const sum = async (from: number, to: number): Promise<bigint> => {
              const report = await queries.storage({ period: { from, to }, now: time(1_000_000) });
              return report.workspaces.reduce((total, one) => total + one.byteMilliseconds, 0n);
            };
            let parts = 0n;
            for (const [index, to] of bounds.entries()) {
              const from = bounds[index - 1];
              if (from !== undefined) parts += await sum(from, to);
            }
            expect(parts).toBe(await sum(bounds[0] ?? 0, bounds.at(-1) ?? 0));
            await readModel.close();
          },
        ),
        { numRuns: 60 },
      );
    });
  });
});
