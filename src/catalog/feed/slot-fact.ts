import type { RecordedEvent } from '../../event-sourcing/event.js';
import { imageCodec } from '../../images/domain/image.codec.js';
import type { Slot } from '../../vocabulary/slot.js';
import { readSlotEvent } from '../slot-event.js';
import type { SlotEvent } from '../slot-event.js';
import type { NamedSlot } from '../slot-names.js';
import { SlotNames } from '../slot-names.js';

/** An event of a slot as feeds see it. */
export interface SlotFact extends SlotEvent {
  /** The id of the stored event, a UUID. */
  readonly id: string;
  readonly slot: Slot;
}

/** Reads stored events as feeds see them. */
export class SlotFacts {
  readonly #names = new SlotNames();

  /** The slot an event happened to; `undefined` when it is of no slot, or of a type this release does not know. */
  slotOf({ type, stream }: RecordedEvent): NamedSlot | undefined {
    return imageCodec.types.has(type) ? this.#names.of(stream) : undefined;
  }

  /**
   * What an event says; `undefined` when it is of no slot, or of a type this release does not know.
   *
   * @throws CorruptEventError when the event cannot be read
   */
  read(recorded: RecordedEvent): SlotFact | undefined {
    const named = this.slotOf(recorded);
    const read = named && readSlotEvent(recorded);
    return read && { ...read, id: recorded.id, slot: named.slot };
  }
}
