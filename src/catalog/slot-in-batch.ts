import { hasPassed } from '../event-sourcing/position.js';
import type { RowSet } from '../event-sourcing/projection.js';
import type { Slot } from '../vocabulary/slot.js';
import { slotIn, slotLabel } from '../vocabulary/slot.js';
import type { ImageRow } from './catalog.tables.js';
import type { SlotEvent } from './slot-event.js';
import type { NamedSlot } from './slot-names.js';
import { filledSlot } from './slot-rows.js';
import type { ImageOrigin } from './slot-rows.js';

type Draft = { -readonly [K in keyof ImageRow]: ImageRow[K] };

/** The slot that owns an image. */
export interface SourceSlot {
  readonly workspace: string;
  readonly label: string;
}

/** One slot's row while a batch changes it. It is read once and written once, however many events there are. */
export class SlotInBatch {
  readonly slot: Slot;
  readonly label: string;
  #row: ImageRow | undefined;
  #draft: Draft | undefined;
  #emptied = false;

  constructor(
    named: NamedSlot,
    private readonly images: RowSet<ImageRow>,
  ) {
    this.slot = named.slot;
    this.label = named.label;
  }

  /** Takes the row as it stood before the batch; its key must have been loaded. */
  open(): void {
    this.#row = this.images.get(this.slot.workspace, this.slot.resourceType, this.slot.name);
  }

  /** True when the row already knows the event. */
  hasApplied({ position }: SlotEvent): boolean {
    const row = this.#draft ?? this.#row;
    return row !== undefined && hasPassed(row.changed_position, position);
  }

  /** The slot now holds a new image. */
  fill(origin: ImageOrigin, read: SlotEvent): void {
    this.#draft = filledSlot(this.slot, read, origin);
  }

  empty(): void {
    this.#row = undefined;
    this.#draft = undefined;
    this.#emptied = true;
  }

  /**
   * The row, to be changed in place, noting the event as its last; `undefined` for an empty slot, which only an
   * event from a stretch that was already applied can speak of.
   */
  change({ position }: SlotEvent): Draft | undefined {
    if (this.#draft === undefined && this.#row !== undefined) this.#draft = { ...this.#row };
    if (this.#draft !== undefined) this.#draft.changed_position = position;
    return this.#draft;
  }

  /** The slot that owns the image held here. */
  get source(): SourceSlot {
    const workspace = (this.#draft ?? this.#row)?.source_workspace ?? null;
    return workspace === null
      ? { workspace: this.slot.workspace, label: this.label }
      : { workspace, label: slotLabel(slotIn(workspace, this.slot)) };
  }

  /** Hands the row back as the batch has left it. */
  close(): void {
    if (this.#draft !== undefined) this.images.put(this.#draft);
    else if (this.#emptied) this.images.delete(this.slot.workspace, this.slot.resourceType, this.slot.name);
  }
}
