import type { RecordedEvent } from '../../event-sourcing/event.js';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import type { Position } from '../../event-sourcing/position.js';
import { BufferedRows } from '../../event-sourcing/projection-rows.js';
import type { Generation, ProjectionStore } from '../../event-sourcing/projection-store.js';
import type { Projection } from '../../event-sourcing/projection.js';
import { upTo } from './read-log.js';

const rowsPerCommit = 10_000;
const rowsKept = 20_000;

/** A projection built from position zero in an empty read model, up to a position of its own. */
export class FreshProjection {
  #checkpoint: Position | undefined;
  #pending: { readonly to: Position; readonly events: number } | undefined;
  #fault: Error | undefined;
  readonly #rows: BufferedRows;

  private constructor(
    readonly projection: Projection,
    private readonly generation: Generation,
    private readonly through: Position | undefined,
  ) {
    this.#rows = new BufferedRows(projection.tables, generation);
  }

  /** @throws Error when the read model already holds this projection */
  static async begin(
    projection: Projection,
    into: ProjectionStore,
    through: Position | undefined,
  ): Promise<FreshProjection> {
    const { live } = await into.open(projection);
    if (live === undefined || (await live.progress()).checkpoint !== undefined)
      throw new Error(`the read model to replay into already holds ${projection.name}; give an empty one`);
    return new FreshProjection(projection, live, through);
  }

  /** What stopped it, if something did. Its rows are of no use then. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /**
   * Applies the part of a batch that is not beyond its position. An event that it cannot take stops it, and it alone.
   *
   * @throws StoreUnavailableError when the read model cannot be written
   */
  async apply(batch: readonly RecordedEvent[]): Promise<void> {
    const events = upTo(batch, this.through);
    const last = events.at(-1);
    if (last === undefined || this.#fault !== undefined) return;
    this.#rows.beginBatch();
    try {
      await this.projection.project(events, this.#rows);
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      this.#fault = error instanceof Error ? error : new Error(String(error));
      return;
    }
    this.#pending = { to: last.position, events: (this.#pending?.events ?? 0) + events.length };
    if (this.#rows.dirty >= rowsPerCommit) await this.flush();
  }

  /** Writes what was applied, so that queries see it. */
  async flush(): Promise<void> {
    if (this.#pending === undefined || this.#fault !== undefined) return;
    const { to, events } = this.#pending;
    await this.generation.commit({ from: this.#checkpoint, to, events, changes: this.#rows.changes() });
    this.#rows.committed(rowsKept);
    this.#checkpoint = to;
    this.#pending = undefined;
  }
}
