import type { RecordedEvent } from '../../event-sourcing/event.js';
import type { Projection, ProjectionRows } from '../../event-sourcing/projection.js';
import { SlotNames } from '../slot-names.js';
import { HistoryBatch } from './history-batch.js';
import {
  clockTable,
  momentsTable,
  presenceTable,
  slotChangesTable,
  slotHeadsTable,
  slotSnapshotsTable,
} from './history.tables.js';

/**
 * What every workspace saw at any position or time. Apart from the catalog, so that what is asked all day stays
 * small and is rebuilt fast.
 */
export function catalogHistoryProjection(): Projection {
  const names = new SlotNames();
  return {
    name: 'catalog-history',
    version: 1,
    tables: [slotChangesTable, slotSnapshotsTable, slotHeadsTable, presenceTable, momentsTable, clockTable],
    gatherMs: 100,
    async project(batch: readonly RecordedEvent[], rows: ProjectionRows): Promise<void> {
      const work = new HistoryBatch(rows, names);
      for (const recorded of batch) work.add(recorded);
      await work.apply();
    },
  };
}
