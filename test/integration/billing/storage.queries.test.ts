import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storageProjection } from '../../../src/billing/storage.projection.js';
import { StorageQueries } from '../../../src/billing/storage.queries.js';
import type { StorageQuestion } from '../../../src/billing/storage.queries.js';
import { toByteHours } from '../../../src/billing/storage.report.js';
import type { StorageReport, WorkspaceStorage } from '../../../src/billing/storage.report.js';
import { maxSeriesPoints, seriesLength } from '../../../src/billing/storage.series.js';
import { spanLimits } from '../../../src/billing/storage.tables.js';
import type { StorageTables } from '../../../src/billing/storage.tables.js';
import type { ImageEvent } from '../../../src/images/domain/image.events.js';
import type { ReadModel } from '../../../src/read-model/read-model.js';
import { projected } from '../../support/projected.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

const hour = 3_600_000;
const day = 24 * hour;
const epoch = Date.parse('2026-03-01T00:00:00.000Z');

const web = slotOf('acme/sandbox/web');
const api = slotOf('acme/agent/api');
const deleted: ImageEvent = { type: 'ImageDeleted', data: {} };
const registered: ImageEvent = { type: 'ImageRegistered', data: {} };

let log: WrittenLog;
let readModel: ReadModel<StorageTables> | undefined;

/** Writes an event dated so many milliseconds after the epoch. */
function at(milliseconds: number, slot = web): (event: ImageEvent) => Promise<string> {
  return (event) => log.image(slot, event, { occurredAt: new Date(epoch + milliseconds).toISOString() });
}

async function ask(question: Partial<StorageQuestion> & { from: number; to: number }): Promise<StorageReport> {
  readModel ??= await projected<StorageTables>(log.store, [storageProjection]);
  const { from, to, ...rest } = question;
  return new StorageQueries(readModel.queries).storage({
    period: { from: epoch + from, to: epoch + to },
    now: epoch + 100_000 * day,
    ...rest,
  });
}

async function askOne(workspace: string, from: number, to: number): Promise<WorkspaceStorage> {
  const { workspaces } = await ask({ from, to, workspaces: [workspace] });
  const [only] = workspaces;
  if (only === undefined) throw new Error('no answer');
  return only;
}

describeOnEachReadModel(() => {
  beforeEach(() => {
    log = new WrittenLog();
  });

  afterEach(async () => {
    await readModel?.close();
    readModel = undefined;
  });

  describe('what a workspace stores', () => {
    it('is counted from the push to the end of the period, to the millisecond', async () => {
      await at(0)(registered);
      await at(hour)(pushed('v1', digestOf(1), 1_000));
      const acme = await askOne('acme', 0, 3 * hour + 1);
      expect(acme).toMatchObject({ bytesNow: 1_000n, byteMilliseconds: 1_000n * BigInt(2 * hour + 1) });
      expect(toByteHours((await askOne('acme', 0, 3 * hour)).byteMilliseconds)).toBe(2_000);
    });

    it('is counted once for a digest under two tags, until both have gone', async () => {
      await at(0)(pushed('v1', digestOf(1), 100));
      await at(hour)(pushed('latest', digestOf(1), 100));
      await at(2 * hour)({ type: 'TagDeleted', data: { tag: 'v1', digest: digestOf(1) } });
      await at(4 * hour)(pushed('latest', digestOf(2), 7));
      expect(toByteHours((await askOne('acme', 0, 10 * hour)).byteMilliseconds)).toBe(4 * 100 + 6 * 7);
    });

    it('is counted once for a digest in two images: under the one that has held it longest', async () => {
      await at(0)(pushed('v1', digestOf(1), 100));
      await at(hour, api)(pushed('v1', digestOf(1), 100));
      await at(3 * hour)(deleted);
      await at(5 * hour)(pushed('v1', digestOf(1), 100));
      const acme = await askOne('acme', 0, 10 * hour);
      expect(acme.images).toEqual([
        { resourceType: 'agent', name: 'api', bytesNow: 100n, byteMilliseconds: BigInt(7 * 100 * hour) },
        { resourceType: 'sandbox', name: 'web', bytesNow: 0n, byteMilliseconds: BigInt(3 * 100 * hour) },
      ]);
      expect(toByteHours(acme.byteMilliseconds)).toBe(1_000);
    });

    it('leaves out the time between the deletion of an image and its return', async () => {
      await at(0)(pushed('v1', digestOf(1), 100));
      await at(hour)(deleted);
      await at(4 * hour)(registered);
      await at(5 * hour)(pushed('v1', digestOf(1), 100));
      await at(7 * hour)(deleted);
      expect(toByteHours((await askOne('acme', 0, 10 * hour)).byteMilliseconds)).toBe(300);
      expect(await askOne('acme', 2 * hour, 5 * hour)).toMatchObject({
        bytesNow: 0n,
        byteMilliseconds: 0n,
        images: [],
      });
    });

    it('follows a tag that is moved there and back', async () => {
      await at(0)(pushed('latest', digestOf(1), 10));
      await at(hour)(pushed('latest', digestOf(2), 1_000));
      await at(2 * hour)(pushed('latest', digestOf(1), 10));
      expect(toByteHours((await askOne('acme', 0, 4 * hour)).byteMilliseconds)).toBe(10 + 1_000 + 20);
    });

    it('takes the size that the latest push of a digest said', async () => {
      await at(0)(pushed('v1', digestOf(1), 10));
      await at(hour, api)(pushed('v1', digestOf(1), 30));
      const acme = await askOne('acme', 0, 2 * hour);
      expect(acme.images.map(({ name, bytesNow }) => [name, bytesNow])).toEqual([['web', 30n]]);
      expect(toByteHours(acme.byteMilliseconds)).toBe(40);
    });

    it('stays exact where a 64-bit sum would overflow', async () => {
      for (let digest = 0; digest < 1_100; digest++)
        await at(0)(pushed(`v${digest}`, digestOf(digest), Number.MAX_SAFE_INTEGER));
      const bytes = 1_100n * BigInt(Number.MAX_SAFE_INTEGER);
      expect(await askOne('acme', 0, 365 * day)).toMatchObject({
        bytesNow: bytes,
        byteMilliseconds: bytes * BigInt(365 * day),
      });
    });

    it('is told for a period in the past as it was then', async () => {
      await at(0)(pushed('v1', digestOf(1), 100));
      await at(hour)(deleted);
      await at(500 * day)(pushed('v1', digestOf(2), 9));
      expect(toByteHours((await askOne('acme', 0, 2 * hour)).byteMilliseconds)).toBe(100);
    });

    it('is found at the very end of a stretch, however long it was', async () => {
      const lengths = spanLimits.slice(0, -1).flatMap((limit) => [limit - 1, limit, limit + 1]);
      let end = 0;
      const ends: number[] = [];
      for (const [index, length] of lengths.entries()) {
        await at(end)(pushed('v1', digestOf(index), 1));
        end += length;
        await at(end)(deleted);
        ends.push(end);
      }
      readModel = await projected<StorageTables>(log.store, [storageProjection]);
      for (const last of ends) {
        const found = await askOne('acme', last - 1, last);
        expect(found.byteMilliseconds).toBe(1n);
      }
    });
  });

  describe('a clock that jumps', () => {
    it('never bills a stretch of negative length, nor one moment twice', async () => {
      await at(10 * hour)(pushed('v1', digestOf(1), 100));
      await at(20 * hour)(deleted);
      await at(15 * hour)(pushed('v1', digestOf(1), 100));
      await at(12 * hour)(deleted);
      await at(25 * hour)(pushed('v1', digestOf(1), 100));
      expect(toByteHours((await askOne('acme', 0, 30 * hour)).byteMilliseconds)).toBe(1_000 + 500);
    });

    it('disturbs only the digests that were touched meanwhile', async () => {
      await at(0)(pushed('v1', digestOf(1), 1));
      await at(300 * day)(pushed('v2', digestOf(2), 1));
      await at(2 * hour)(pushed('v3', digestOf(3), 1));
      expect(toByteHours((await askOne('acme', 0, 10 * hour)).byteMilliseconds)).toBe(10 + 8);
    });
  });

  describe('what is shared', () => {
    const guest = slotOf('guest/sandbox/web');
    const received: ImageEvent = { type: 'SharedImageReceived', data: { shareId: 'share-1', source: 'acme' } };

    it('is paid for by the owner and shown to the consumer at no cost', async () => {
      await at(0)(pushed('v1', digestOf(1), 100));
      await at(0)(pushed('v2', digestOf(1), 100));
      await at(0)(pushed('v3', digestOf(2), 5));
      await at(hour, guest)(received);
      const { workspaces } = await ask({ from: 0, to: 2 * hour });
      expect(workspaces).toEqual([
        expect.objectContaining({
          workspace: 'acme',
          bytesNow: 105n,
          byteMilliseconds: BigInt(105 * 2 * hour),
          shared: [],
        }),
        {
          workspace: 'guest',
          bytesNow: 0n,
          byteMilliseconds: 0n,
          images: [],
          shared: [
            { resourceType: 'sandbox', name: 'web', sourceWorkspace: 'acme', since: epoch + hour, sharedBytes: 105n },
          ],
        },
      ]);
    });

    it('is shown with its own bytes even where the owner counts them under another image', async () => {
      await at(0, api)(pushed('v1', digestOf(1), 100));
      await at(0)(pushed('v1', digestOf(1), 100));
      await at(hour, guest)(received);
      expect((await askOne('guest', 0, hour)).shared).toMatchObject([{ sharedBytes: 100n }]);
    });

    it('is shown at nothing while the image has no tags, and no more once the share has ended', async () => {
      await at(0)(registered);
      await at(hour, guest)(received);
      expect((await askOne('guest', 0, hour)).shared).toMatchObject([{ sharedBytes: 0n }]);
      await readModel?.close();
      readModel = undefined;
      await at(
        2 * hour,
        guest,
      )({
        type: 'SharedImageRevoked',
        data: { shareId: 'share-1', source: 'acme', reason: 'requested' },
      });
      expect((await askOne('guest', 0, hour)).shared).toEqual([]);
    });
  });

  describe('a question', () => {
    it('about the future is cut off at the present', async () => {
      await at(0)(pushed('v1', digestOf(1), 100));
      const report = await ask({ from: 0, to: 10 * hour, now: epoch + hour });
      expect(report.period).toEqual({ from: epoch, to: epoch + hour });
      expect(report.workspaces.map((one) => toByteHours(one.byteMilliseconds))).toEqual([100]);
    });

    it('about a workspace that stores nothing is answered with nothing', async () => {
      await at(0)(pushed('v1', digestOf(1), 100));
      expect(await askOne('other', 0, hour)).toEqual({
        workspace: 'other',
        bytesNow: 0n,
        byteMilliseconds: 0n,
        images: [],
        shared: [],
      });
      expect((await ask({ from: 0, to: hour, workspaces: [] })).workspaces).toEqual([]);
    });

    it('about an empty or backward period sums up nothing and still tells what is stored now', async () => {
      await at(0)(pushed('v1', digestOf(1), 100));
      for (const [from, to] of [
        [hour, hour],
        [2 * hour, hour],
      ] as const)
        expect(await askOne('acme', from, to)).toMatchObject({ bytesNow: 100n, byteMilliseconds: 0n });
    });

    it('for a series has a point at the beginning, after every step, and at an end that is a full step', async () => {
      await at(30 * 60_000)(pushed('v1', digestOf(1), 100));
      await at(2 * hour)(deleted);
      const { workspaces } = await ask({ from: 0, to: 3 * hour, stepMs: hour });
      expect(workspaces[0]?.series).toEqual([
        { at: epoch, bytes: 0n },
        { at: epoch + hour, bytes: 100n },
        { at: epoch + 2 * hour, bytes: 0n },
        { at: epoch + 3 * hour, bytes: 0n },
      ]);
    });

    it('for too long a series is refused', async () => {
      const period = { from: 0, to: maxSeriesPoints };
      expect(seriesLength(period, 1)).toBe(maxSeriesPoints + 1);
      await expect(ask({ ...period, stepMs: 1 })).rejects.toThrow(RangeError);
    });
  });
});
