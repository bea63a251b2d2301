import type { ColumnValue, ProjectionRows, RowSet } from '../event-sourcing/projection.js';
import { tagsTable } from './catalog.tables.js';
import type { TagRow } from './catalog.tables.js';
import type { ImageEventData, SlotEvent } from './slot-event.js';
import type { SlotInBatch } from './slot-in-batch.js';
import { pushedTag } from './slot-rows.js';

/** The tags that one batch changes. */
export class TagRows {
  readonly #rows: RowSet<TagRow>;
  readonly #keys: (readonly ColumnValue[])[] = [];

  constructor(rows: ProjectionRows) {
    this.#rows = rows.table(tagsTable);
  }

  /** Notes that a push will need the tag's row. One without a digest to replace brings a new tag: no row to look for. */
  expect(slot: SlotInBatch, { tag, replaces }: ImageEventData<'TagPushed'>): void {
    if (replaces !== undefined) this.#keys.push([slot.label, tag]);
  }

  async load(): Promise<void> {
    if (this.#keys.length > 0) await this.#rows.load(this.#keys);
  }

  push(slot: SlotInBatch, read: SlotEvent, data: ImageEventData<'TagPushed'>): void {
    const image = slot.change(read);
    if (image === undefined) return;
    image.updated_at = read.at;
    image.latest_tag = data.tag;
    const before = data.replaces === undefined ? undefined : this.#rows.get(slot.label, data.tag);
    this.#rows.put(pushedTag(slot.label, read, data, before));
  }

  delete(slot: SlotInBatch, read: SlotEvent, { tag }: ImageEventData<'TagDeleted'>): void {
    const image = slot.change(read);
    if (image === undefined) return;
    image.updated_at = read.at;
    if (image.latest_tag === tag) image.latest_tag = null;
    this.#rows.delete(slot.label, tag);
  }

  /** The image is gone. */
  clear(slot: SlotInBatch): void {
    this.#rows.clear({ slot: slot.label });
  }
}
