import type { Position } from './position.js';
import type { TableChanges } from './projection-changes.js';
import type { Generation } from './projection-store.js';

/**
 * How far a generation has come: in memory, and as it is written. Between the two no row has changed,
 * so that after a crash those events may be passed once more without harm.
 */
export class Checkpoint {
  #position: Position | undefined;
  #saved: Position | undefined;
  #events = 0;
  #unsavedEvents = 0;
  #known = false;

  constructor(private readonly generation: Generation) {}

  /** Everything up to here has been applied, and queries see it. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** Events since position zero. */
  get events(): number {
    return this.#events;
  }

  /**
   * Reads what is written. Answers whether that is not what was last heard of: a commit without an
   * answer may have come through, and the database may have lost its latest writes.
   */
  async read(): Promise<{ readonly complete: boolean; readonly moved: boolean }> {
    const { checkpoint, events, complete } = await this.generation.progress();
    const known = this.#known;
    if (known && checkpoint === this.#saved) return { complete, moved: false };
    this.#known = true;
    this.#position = this.#saved = checkpoint;
    this.#events = events;
    this.#unsavedEvents = 0;
    return { complete, moved: known };
  }

  /** Moves on over events that have changed no row. */
  pass(to: Position, events: number): void {
    this.#position = to;
    this.#events += events;
    this.#unsavedEvents += events;
  }

  /** Writes rows and checkpoint. */
  async write(to: Position, events: number, changes: readonly TableChanges[]): Promise<void> {
    await this.generation.commit({ from: this.#saved, to, events: this.#unsavedEvents + events, changes });
    this.#position = this.#saved = to;
    this.#events += events;
    this.#unsavedEvents = 0;
  }

  /** Writes what was only passed. */
  async save(): Promise<void> {
    if (this.#position !== undefined && this.#position !== this.#saved) await this.write(this.#position, 0, []);
  }
}
