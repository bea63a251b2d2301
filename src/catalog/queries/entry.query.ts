import type { Kysely } from 'kysely';
import type { Slot } from '../../vocabulary/slot.js';
import { slotIn } from '../../vocabulary/slot.js';
import type { CatalogSchema, ImageRow } from '../catalog.tables.js';
import { rowSlot } from '../row-slot.js';

/** What a workspace has of an image. */
export type EntryRow = Pick<
  ImageRow,
  'resource_type' | 'name' | 'source_workspace' | 'created_at' | 'last_deployed_at' | 'changed_position'
> & {
  /** The last event of the owner's slot, of an image shared in. */
  readonly source_position: string | null;
};

/** Selects the entries of a workspace, each as `entry`. One whose image is gone at its source is not there. */
export function selectEntries(queries: Kysely<CatalogSchema>, workspace: string) {
  return queries
    .selectFrom('catalog_images as entry')
    .leftJoin('catalog_images as source', (join) =>
      join
        .onRef('source.workspace', '=', 'entry.source_workspace')
        .onRef('source.resource_type', '=', 'entry.resource_type')
        .onRef('source.name', '=', 'entry.name')
        .on('source.source_workspace', 'is', null),
    )
    .where('entry.workspace', '=', workspace)
    .where((eb) => eb.or([eb('entry.source_workspace', 'is', null), eb('source.changed_position', 'is not', null)]))
    .select([
      'entry.resource_type',
      'entry.name',
      'entry.source_workspace',
      'entry.created_at',
      'entry.last_deployed_at',
      'entry.changed_position',
      'source.changed_position as source_position',
    ]);
}

/** The slot that owns the image of an entry. */
export function ownerOf(workspace: string, row: Pick<EntryRow, 'resource_type' | 'name' | 'source_workspace'>): Slot {
  const slot = rowSlot(workspace, row);
  return row.source_workspace === null ? slot : slotIn(row.source_workspace, slot);
}
