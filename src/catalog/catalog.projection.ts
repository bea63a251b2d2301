import type { RecordedEvent } from '../event-sourcing/event.js';
import type { Projection, ProjectionRows } from '../event-sourcing/projection.js';
import { CatalogBatch } from './catalog-batch.js';
import {
  accountsTable,
  deploymentsTable,
  imagesTable,
  sharesTable,
  tagsTable,
  workspacesTable,
} from './catalog.tables.js';
import { projectDirectory } from './directory-rows.js';
import { SlotNames } from './slot-names.js';

/**
 * What every workspace sees now: images, tags, shares and deployments.
 *
 * Only `SharedImageReceived` and `SharedImageRevoked` in a target's own slot give it an image and take it away; the
 * tags of a shared image stand at its source alone.
 */
export function catalogProjection(): Projection {
  const names = new SlotNames();
  return {
    name: 'catalog',
    version: 1,
    tables: [imagesTable, tagsTable, sharesTable, deploymentsTable, workspacesTable, accountsTable],
    async project(batch: readonly RecordedEvent[], rows: ProjectionRows): Promise<void> {
      await projectDirectory(batch, rows);
      const work = new CatalogBatch(rows, names);
      for (const recorded of batch) work.add(recorded);
      await work.apply();
    },
  };
}
