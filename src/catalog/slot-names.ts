import { parseImageStream, slotLabel } from '../vocabulary/slot.js';
import type { Slot } from '../vocabulary/slot.js';

/** A slot and its label, parsed once. */
export interface NamedSlot {
  readonly slot: Slot;
  /** `slotLabel(slot)`: the key of everything that stands under the slot. */
  readonly label: string;
}

const kept = 20_000;

/** Parses stream names, each once while it is in use. */
export class SlotNames {
  readonly #known = new Map<string, NamedSlot>();

  /** The slot a stream belongs to; `undefined` for a stream of another kind. */
  of(stream: string): NamedSlot | undefined {
    const known = this.#known.get(stream);
    if (known !== undefined) return known;
    const slot = parseImageStream(stream);
    if (slot === undefined) return undefined;
    if (this.#known.size >= kept) this.#known.clear();
    const named = { slot, label: slotLabel(slot) };
    this.#known.set(stream, named);
    return named;
  }
}
