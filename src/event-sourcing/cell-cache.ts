import { LRUCache } from 'lru-cache';
import type { StreamCell } from './stream-cell.js';

export interface CellCacheOptions<S> {
  /** Reads a stream as the store has it now. */
  readonly load: (stream: string) => Promise<StreamCell<S>>;
  /** How much the cells that nobody uses may weigh together. */
  readonly maxWeight: number;
  readonly weight: (state: S) => number;
}

/** A cell while commands work on it. */
interface CellInUse<S> {
  readonly loaded: Promise<StreamCell<S>>;
  users: number;
}

/**
 * The folded states of streams: those in use, and the ones used last.
 *
 * Guarantees that at any time one cell of a stream is worked on. Commands decided on two of them would take each
 * other's events for their own: a decision upon one that met a conflict could then be appended at a revision that
 * another one has reached.
 */
export class CellCache<S> {
  readonly #load: (stream: string) => Promise<StreamCell<S>>;
  readonly #idle: LRUCache<string, StreamCell<S>>;
  readonly #inUse = new Map<string, CellInUse<S>>();
  /** Appends that were decided on a cell which has lost its ground, by stream. */
  readonly #unsettled = new Map<string, Promise<void>>();

  constructor({ load, maxWeight, weight }: CellCacheOptions<S>) {
    this.#load = load;
    this.#idle = new LRUCache({
      maxSize: maxWeight,
      sizeCalculation: (cell) => Math.min(maxWeight, 4 + cell.recent.size + Math.ceil(weight(cell.state))),
    });
  }

  /** Works on the cell of a stream, which is loaded where it is not known. */
  async use<T>(stream: string, work: (cell: StreamCell<S>) => Promise<T>): Promise<T> {
    const cell = this.#take(stream);
    cell.users += 1;
    try {
      return await work(await cell.loaded);
    } finally {
      cell.users -= 1;
      if (cell.users === 0) this.#leave(stream, cell);
    }
  }

  /** Weighs a cell again that has changed. */
  reweigh(stream: string, cell: StreamCell<S>): void {
    if (!cell.broken) this.#idle.set(stream, cell);
  }

  /** Lets nothing more be decided on a cell. The stream is read anew when everything decided on it has settled. */
  discard(stream: string, cell: StreamCell<S>): void {
    if (cell.broken) return;
    cell.broken = true;
    this.#inUse.delete(stream);
    this.#idle.delete(stream);
    const { settled } = cell;
    if (settled !== undefined) this.#awaitBeforeLoading(stream, settled);
  }

  #take(stream: string): CellInUse<S> {
    const known = this.#inUse.get(stream);
    if (known !== undefined) return known;
    const idle = this.#idle.get(stream);
    const cell = { loaded: idle === undefined ? this.#loadSettled(stream) : Promise.resolve(idle), users: 0 };
    this.#inUse.set(stream, cell);
    return cell;
  }

  #leave(stream: string, cell: CellInUse<S>): void {
    if (this.#inUse.get(stream) === cell) this.#inUse.delete(stream);
  }

  async #loadSettled(stream: string): Promise<StreamCell<S>> {
    await this.#unsettled.get(stream);
    const cell = await this.#load(stream);
    this.#idle.set(stream, cell);
    return cell;
  }

  #awaitBeforeLoading(stream: string, settled: Promise<void>): void {
    this.#unsettled.set(stream, settled);
    void settled.then(() => {
      if (this.#unsettled.get(stream) === settled) this.#unsettled.delete(stream);
    });
  }
}
