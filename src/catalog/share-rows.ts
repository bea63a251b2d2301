import type { ColumnValue, ProjectionRows, RowSet } from '../event-sourcing/projection.js';
import type { ShareParties } from '../images/domain/image.events.js';
import { sharesTable } from './catalog.tables.js';
import type { ShareRow } from './catalog.tables.js';
import type { ImageEventData, SlotEvent } from './slot-event.js';
import type { SlotInBatch } from './slot-in-batch.js';

/** The shares that one batch changes, at their source. */
export class ShareRows {
  readonly #rows: RowSet<ShareRow>;
  readonly #keys: (readonly ColumnValue[])[] = [];

  constructor(rows: ProjectionRows) {
    this.#rows = rows.table(sharesTable);
  }

  /** Notes that an event will need the share's row. */
  expect(slot: SlotInBatch, { target }: ShareParties): void {
    this.#keys.push([slot.label, target]);
  }

  async load(): Promise<void> {
    if (this.#keys.length > 0) await this.#rows.load(this.#keys);
  }

  request(slot: SlotInBatch, read: SlotEvent, data: ImageEventData<'ShareRequested'>): void {
    if (slot.change(read) === undefined) return;
    const expiresAt = new Date(data.expiresAt).toISOString();
    this.#rows.put({ ...newShare(slot, read, data), status: 'pending', expires_at: expiresAt });
  }

  /** Shares at once, or makes a request an active share that remembers who asked for it and when. */
  activate(slot: SlotInBatch, read: SlotEvent, data: ImageEventData<'ImageShared'>): void {
    if (slot.change(read) === undefined) return;
    const waiting = this.#rows.get(slot.label, data.target);
    const row = waiting?.share_id === data.shareId ? waiting : newShare(slot, read, data);
    this.#rows.put({ ...row, status: 'active', active_since: read.at, expires_at: null, position: read.position });
  }

  end(slot: SlotInBatch, read: SlotEvent, { shareId, target }: ShareParties): void {
    if (slot.change(read) === undefined) return;
    if (this.#rows.get(slot.label, target)?.share_id === shareId) this.#rows.delete(slot.label, target);
  }

  /** The image is gone. */
  clear(slot: SlotInBatch): void {
    this.#rows.clear({ slot: slot.label });
  }
}

function newShare(slot: SlotInBatch, { at, by, position }: SlotEvent, parties: ShareParties): ShareRow {
  const { workspace, resourceType, name } = slot.slot;
  return {
    slot: slot.label,
    target_workspace: parties.target,
    share_id: parties.shareId,
    source_workspace: workspace,
    resource_type: resourceType,
    name,
    target_account_id: parties.targetAccountId,
    status: 'active',
    created_at: at,
    shared_by: by,
    active_since: null,
    expires_at: null,
    position,
  };
}
