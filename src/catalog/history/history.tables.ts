import type { TableSpec } from '../../event-sourcing/projection.js';

/**
 * Everything that ever changed what a slot shows, in order, in stretches that each follow a snapshot. What a slot
 * showed at a position is the newest snapshot not after it and the part of one stretch up to it.
 */
export type SlotChangeRow = Readonly<{
  slot: string;
  /** The position of the snapshot this change follows; empty before the first one. */
  since: string;
  position: string;
  revision: number;
  type: string;
  schema_version: number;
  /** The event's data as JSON. */
  data: string;
  at: string;
  by: string;
}>;

export const slotChangesTable: TableSpec<SlotChangeRow> = {
  name: 'catalog_slot_changes',
  columns: {
    slot: { type: 'text' },
    since: { type: 'text' },
    position: { type: 'text' },
    revision: { type: 'integer' },
    type: { type: 'text' },
    schema_version: { type: 'integer' },
    data: { type: 'text' },
    at: { type: 'text' },
    by: { type: 'text' },
  },
  primaryKey: ['slot', 'since', 'position'],
};

/** What a slot showed after the event at a position. Written often enough that few changes follow each. */
export type SlotSnapshotRow = Readonly<{
  slot: string;
  position: string;
  /** JSON; see `SlotView`. */
  view: string;
}>;

export const slotSnapshotsTable: TableSpec<SlotSnapshotRow> = {
  name: 'catalog_slot_snapshots',
  columns: {
    slot: { type: 'text' },
    position: { type: 'text' },
    view: { type: 'text' },
  },
  primaryKey: ['slot', 'position'],
};

/** Where the history of a slot stands, for those who continue it. */
export type SlotHeadRow = Readonly<{
  slot: string;
  /** The last change. */
  position: string;
  /** The newest snapshot; empty before the first one. */
  since: string;
  /** How many changes follow it. */
  changes: number;
  /** How many tags the image has. */
  tags: number;
  /** Since when the slot holds what it holds; absent while it is empty. */
  present_from: string | null;
  /** The workspace that owns the image it holds, when that is shared in. */
  present_source: string | null;
}>;

export const slotHeadsTable: TableSpec<SlotHeadRow> = {
  name: 'catalog_slot_heads',
  columns: {
    slot: { type: 'text' },
    position: { type: 'text' },
    since: { type: 'text' },
    changes: { type: 'integer' },
    tags: { type: 'integer' },
    present_from: { type: 'text', nullable: true },
    present_source: { type: 'text', nullable: true },
  },
  primaryKey: ['slot'],
};

/** The stretches of the log in which a slot held an image, so that who asks about a position finds them. */
export type PresenceRow = Readonly<{
  workspace: string;
  resource_type: string;
  name: string;
  /** The event that filled the slot. */
  from_position: string;
  /** The event that emptied it; absent while it is filled. */
  to_position: string | null;
  /** The workspace that owns the image; absent for an own one. */
  source_workspace: string | null;
}>;

export const presenceTable: TableSpec<PresenceRow> = {
  name: 'catalog_presence',
  columns: {
    workspace: { type: 'text' },
    resource_type: { type: 'text' },
    name: { type: 'text' },
    from_position: { type: 'text' },
    to_position: { type: 'text', nullable: true },
    source_workspace: { type: 'text', nullable: true },
  },
  primaryKey: ['workspace', 'resource_type', 'name', 'from_position'],
  indexes: [{ columns: ['workspace', 'from_position'], where: 'source_workspace is not null' }],
};

/**
 * From time to position. A moment is kept only while no later event has an earlier or equal time, so both columns
 * rise together, whatever the clocks did: the newest moment not after a time is the end of the log at that time.
 */
export type MomentRow = Readonly<{
  at: string;
  position: string;
  /** The moment before this one. */
  previous_at: string | null;
}>;

export const momentsTable: TableSpec<MomentRow> = {
  name: 'catalog_moments',
  columns: {
    at: { type: 'text' },
    position: { type: 'text' },
    previous_at: { type: 'text', nullable: true },
  },
  primaryKey: ['at'],
};

/** The newest moment; one row. */
export type ClockRow = Readonly<{ id: string; at: string }>;

export const clockTable: TableSpec<ClockRow> = {
  name: 'catalog_clock',
  columns: { id: { type: 'text' }, at: { type: 'text' } },
  primaryKey: ['id'],
};

/** The tables of the catalog's history as queries see them. */
export interface CatalogHistorySchema {
  catalog_slot_changes: SlotChangeRow;
  catalog_slot_snapshots: SlotSnapshotRow;
  catalog_presence: PresenceRow;
  catalog_moments: MomentRow;
}
