import type { EventReader } from '../../src/event-sourcing/event-store.js';
import type { Projection } from '../../src/event-sourcing/projection.js';
import { FreshProjection } from '../../src/audit/replay/fresh-projection.js';
import type { ReadModel } from '../../src/read-model/read-model.js';
import { openTestReadModel } from './read-model/each-read-model.js';

/**
 * A read model of its own with these projections brought up to the head of the log, in batches of the sizes given,
 * over and over. Rows are written after every batch.
 */
export async function projected<Schema>(
  reader: EventReader,
  projections: readonly Projection[],
  batchSizes: readonly number[] = [1_000],
): Promise<ReadModel<Schema>> {
  const readModel = await openTestReadModel<Schema>();
  const through = await reader.head();
  for (const projection of projections) {
    const fresh = await FreshProjection.begin(projection, readModel.projections, through);
    let after: string | undefined;
    for (let turn = 0; ; turn++) {
      const batch = await reader.readAll({ after, limit: batchSizes[turn % batchSizes.length] ?? 1 });
      if (batch.length === 0) break;
      await fresh.apply(batch);
      if (fresh.fault !== undefined) throw fresh.fault;
      await fresh.flush();
      after = batch.at(-1)?.position;
    }
  }
  return readModel;
}
