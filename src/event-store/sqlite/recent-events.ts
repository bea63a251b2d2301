import type { StoredEvent } from '../stored-event.js';

const defaultMaxEvents = 4_096;
const defaultMaxWeight = 4_000_000;

/**
 * The newest events of the log, kept in memory so that however many live subscriptions there are,
 * none of them reads the file, and JSON is parsed once for all.
 */
export class RecentEvents {
  #events: StoredEvent[] = [];
  #weight = 0;

  constructor(
    private readonly maxEvents = defaultMaxEvents,
    private readonly maxWeight = defaultMaxWeight,
  ) {}

  /** Adds the event that follows the last one. */
  push(event: StoredEvent): void {
    this.#events.push(event);
    this.#weight += event.weight;
    if (this.#events.length > this.maxEvents * 2 || this.#weight > this.maxWeight * 2) this.#shrink();
  }

  /** Up to `limit` events after this one, `undefined` when it does not reach back so far. */
  after(sequence: number, limit: number): readonly StoredEvent[] | undefined {
    const first = this.#events[0];
    if (first === undefined || sequence < first.sequence - 1) return undefined;
    const start = sequence - first.sequence + 1;
    return this.#events.slice(start, start + limit);
  }

  /** One event, `undefined` when it is not among the newest. */
  at(sequence: number): StoredEvent | undefined {
    const first = this.#events[0];
    return first === undefined ? undefined : this.#events[sequence - first.sequence];
  }

  #shrink(): void {
    let start = this.#events.length;
    let weight = 0;
    for (const event of this.#events.toReversed()) {
      if (this.#events.length - start === this.maxEvents || weight + event.weight > this.maxWeight) break;
      weight += event.weight;
      start--;
    }
    this.#events = this.#events.slice(start);
    this.#weight = weight;
  }
}
