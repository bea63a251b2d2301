import { describe, expect, it } from 'vitest';
import { openTemporary } from '../../../src/audit/read-models.js';
import { positionAt, replay } from '../../../src/audit/replay.js';
import type { ReplayProgress } from '../../../src/audit/replay.js';
import { storageProjection } from '../../../src/billing/storage.projection.js';
import { StorageQueries } from '../../../src/billing/storage.queries.js';
import type { StorageTables } from '../../../src/billing/storage.tables.js';
import type { Position } from '../../../src/event-sourcing/position.js';
import { CorruptEventError } from '../../../src/event-sourcing/faults.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';

const web = slotOf('acme/sandbox/web');
const epoch = Date.parse('2026-03-01T00:00:00.000Z');

async function writtenAt(seconds: readonly number[]): Promise<{ log: WrittenLog; positions: Position[] }> {
  const log = new WrittenLog();
  const positions: Position[] = [];
  for (const [n, second] of seconds.entries())
    positions.push(
      await log.image(web, pushed(`v${n}`, digestOf(n), 1), {
        occurredAt: new Date(epoch + second * 1_000).toISOString(),
      }),
    );
  return { log, positions };
}

describe('replay', () => {
  it('builds what the projections held at a position', async () => {
    const { log, positions } = await writtenAt([0, 1, 2, 3, 4]);
    const temporary = await openTemporary<StorageTables>();
    const progress: ReplayProgress[] = [];
    const through = positions[2] ?? '';
    for await (const step of replay({
      reader: log.store,
      into: temporary.readModel.projections,
      projections: [storageProjection],
      through,
    }))
      progress.push(step);
    const period = { from: epoch, to: epoch };
    const report = await new StorageQueries(temporary.readModel.queries).storage({ period, now: epoch });
    expect(report.workspaces.map(({ bytesNow }) => bytesNow)).toEqual([3n]);
    expect(progress).toEqual([{ events: 3, position: through, through }]);
    await temporary.close();
  });

  it('has its progress in steps over a long log', async () => {
    const { log, positions } = await writtenAt(Array.from({ length: 500 }, (_, n) => n));
    const temporary = await openTemporary();
    const steps: number[] = [];
    const through = positions.at(-1);
    const into = temporary.readModel.projections;
    const options = { reader: log.store, into, projections: [storageProjection], through };
    for await (const { events } of replay(options)) steps.push(events);
    expect(steps).toEqual([200, 400, 500]);
    expect((await temporary.view.generation(storageProjection))?.checkpoint).toBe(positions.at(-1));
    await temporary.close();
  });

  it('does nothing over an empty log, and refuses a read model that is not empty', async () => {
    const { log } = await writtenAt([0]);
    const temporary = await openTemporary();
    const into = temporary.readModel.projections;
    const run = async ({ store: reader }: WrittenLog): Promise<number> => {
      let steps = 0;
      const through = await reader.head();
      for await (const step of replay({ reader, into, projections: [storageProjection], through }))
        steps += step.events;
      return steps;
    };
    expect(await run(new WrittenLog())).toBe(0);
    expect(await run(log)).toBe(1);
    await expect(run(log)).rejects.toThrow(/already holds storage-meter/);
    await temporary.close();
  });

  it('stops at an event that cannot be read', async () => {
    const { log } = await writtenAt([0]);
    await log.store.append('image-acme/sandbox/bad', 'no-stream', [
      {
        id: '6f1d7a44-9c55-4d10-9a5e-0c6f1f7f0001',
        type: 'TagPushed',
        data: { tag: 'v1' },
        metadata: {
          commandId: 'c',
          correlationId: 'c',
          principal: 'user:alice',
          via: 'test',
          occurredAt: '2026-03-01T00:00:00.000Z',
          schemaVersion: 2,
        },
      },
    ]);
    const temporary = await openTemporary();
    const through = await log.store.head();
    const into = temporary.readModel.projections;
    const options = { reader: log.store, into, projections: [storageProjection], through };
    await expect(replay(options).next()).rejects.toThrow(CorruptEventError);
    await temporary.close();
  });
});

describe('the position at a time', () => {
  it('is that of the last event dated then or before', async () => {
    const { log, positions } = await writtenAt([10, 20, 15, 40, 30]);
    const at = (second: number) => positionAt(log.store, epoch + second * 1_000);
    expect(await at(9)).toBeUndefined();
    expect(await at(10)).toBe(positions[0]);
    expect(await at(17)).toBe(positions[2]);
    expect(await at(29)).toBe(positions[2]);
    expect(await at(30)).toBe(positions[4]);
    expect(await at(1_000)).toBe(positions[4]);
  });
});
