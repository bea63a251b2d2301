import type { RecordedEvent } from '../event-sourcing/event.js';
import { CorruptEventError } from '../event-sourcing/faults.js';
import type { Json } from '../event-sourcing/json.js';
import type { Position } from '../event-sourcing/position.js';
import { toPosition } from './numeric-position.js';

/**
 * An event as the embedded stores keep it: its JSON as text, parsed when first asked for and then
 * kept, so that a subscriber which skips a type pays nothing for it.
 *
 * All but `id`, `type` and `stream` are computed properties: copy them by name, not by spreading.
 */
export class StoredEvent implements RecordedEvent {
  #position: Position | undefined;
  #data: Json | undefined;
  #metadata: Json | undefined;

  constructor(
    /** The position as the number it stands for. */
    readonly sequence: number,
    readonly stream: string,
    /** The revision as a number. */
    readonly index: number,
    readonly id: string,
    readonly type: string,
    private readonly metadataText: string,
    private readonly dataText: string,
  ) {}

  get position(): Position {
    return (this.#position ??= toPosition(this.sequence));
  }

  get revision(): bigint {
    return BigInt(this.index);
  }

  get data(): Json {
    if (this.#data === undefined) this.#data = this.#parse('data', this.dataText);
    return this.#data;
  }

  get metadata(): Json {
    if (this.#metadata === undefined) this.#metadata = this.#parse('metadata', this.metadataText);
    return this.#metadata;
  }

  /** How many characters of JSON it holds. */
  get weight(): number {
    return this.dataText.length + this.metadataText.length;
  }

  /** @throws CorruptEventError when its data or its metadata is not JSON */
  requireReadable(): void {
    this.#parse('data', this.dataText);
    this.#parse('metadata', this.metadataText);
  }

  #parse(what: string, text: string): Json {
    try {
      return JSON.parse(text) as Json;
    } catch (error) {
      throw new CorruptEventError(this, `its ${what} is not JSON`, { cause: error });
    }
  }
}
