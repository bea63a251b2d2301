import type { EventPlace } from '../../audit/event-places.js';
import { comparePositions } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import type { Stretch } from './feed-index.js';

const firstPage = 16;
const nextPage = 256;

/** What one question to an index finds, fetched in pages as it is used up. */
export class Strand {
  #page: readonly EventPlace[] = [];
  #next = 0;
  #isExhausted = false;
  #isClosed = false;

  /**
   * @param find asks for the next page
   * @param after where the strand begins
   * @param through where it ends
   * @param cutsBatches whether nothing must be taken ahead beyond one of its places
   */
  constructor(
    private readonly find: (stretch: Stretch) => Promise<readonly EventPlace[]>,
    private after: Position | undefined,
    private readonly through: Position,
    readonly cutsBatches = false,
  ) {}

  /** The next place; `undefined` at the end. */
  get head(): EventPlace | undefined {
    return this.#isClosed ? undefined : this.#page[this.#next];
  }

  /** What it is ordered by, closed or not. */
  get position(): Position | undefined {
    return this.#page[this.#next]?.position;
  }

  /** Fetches the first page. */
  async open(): Promise<void> {
    await this.#fetch(firstPage);
  }

  /** Goes on to the next place. */
  async advance(): Promise<void> {
    this.#next += 1;
    if (this.#next === this.#page.length && !this.#isExhausted && !this.#isClosed) await this.#fetch(nextPage);
  }

  /** Nobody wants the rest. */
  close(): void {
    this.#isClosed = true;
  }

  async #fetch(limit: number): Promise<void> {
    this.#page = await this.find({ after: this.after, through: this.through, limit });
    this.#next = 0;
    this.#isExhausted = this.#page.length < limit;
    this.after = this.#page.at(-1)?.position ?? this.after;
  }
}

/** The places of many strands in one order. Strands that hold nothing cost nothing. */
export class MergedPlaces {
  /** A heap: no strand begins earlier than its parent at `(index - 1) >> 1`. */
  readonly #heap: Strand[] = [];

  async add(strand: Strand): Promise<void> {
    await strand.open();
    if (strand.head === undefined) return;
    this.#heap.push(strand);
    this.#rise(this.#heap.length - 1);
  }

  /** The next places, at most so many; none at the end. The last may be of a strand that cuts batches, the others are not. */
  async take(limit: number): Promise<readonly EventPlace[]> {
    const places: EventPlace[] = [];
    while (places.length < limit) {
      const first = this.#heap[0];
      if (first === undefined) break;
      const { head } = first;
      if (head !== undefined) {
        places.push(head);
        await first.advance();
      }
      this.#settle(first);
      if (head !== undefined && first.cutsBatches) break;
    }
    return places;
  }

  /** Puts the first strand where its new head belongs, or out. */
  #settle(first: Strand): void {
    if (first.head === undefined) {
      const last = this.#heap.pop();
      if (last === undefined || last === first) return;
      this.#heap[0] = last;
    }
    this.#sink();
  }

  #rise(from: number): void {
    for (let index = from; index > 0;) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  #sink(): void {
    for (let index = 0; ;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const child = right < this.#heap.length && this.#isEarlier(right, left) ? right : left;
      if (!this.#swapIfEarlier(child, index)) return;
      index = child;
    }
  }

  #swapIfEarlier(index: number, parent: number): boolean {
    const [lower, upper] = [this.#heap[index], this.#heap[parent]];
    if (lower === undefined || upper === undefined || !this.#isEarlier(index, parent)) return false;
    this.#heap[index] = upper;
    this.#heap[parent] = lower;
    return true;
  }

  #isEarlier(index: number, than: number): boolean {
    return comparePositions(this.#heap[index]?.position, this.#heap[than]?.position) < 0;
  }
}
