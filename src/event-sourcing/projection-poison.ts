import type { RecordedEvent } from './event.js';
import { CorruptEventError } from './faults.js';
import { comparePositions } from './position.js';
import type { Position } from './position.js';

/** Where in the global order a fault lies. */
export interface Culprit {
  readonly position: Position;
  readonly stream: string;
}

/**
 * Finds the one event that stops a batch: once a batch has thrown, its events are given one by one.
 */
export class PoisonSearch {
  #suspects: { readonly first: Position; readonly last: Position } | undefined;

  /** True while batches are cut, and every part has to be committed by itself. */
  get active(): boolean {
    return this.#suspects !== undefined;
  }

  /**
   * Takes note that something was thrown over these events. Answers who did it, or `undefined` when
   * they have to be given again, cut by `parts`, to find out.
   */
  judge(events: readonly RecordedEvent[]): Culprit | undefined {
    const first = events[0];
    const last = events.at(-1);
    if (first === undefined || last === undefined) return undefined;
    if (events.length === 1 && this.active) {
      this.#suspects = undefined;
      return { position: first.position, stream: first.stream };
    }
    this.#suspects = { first: first.position, last: last.position };
    return undefined;
  }

  /** The batch whole, or around the suspects cut into single events. */
  *parts(events: readonly RecordedEvent[]): Iterable<readonly RecordedEvent[]> {
    if (this.#suspects === undefined) {
      yield events;
      return;
    }
    const { first, last } = this.#suspects;
    const start = indexOrEnd(events, ({ position }) => comparePositions(position, first) >= 0);
    const end = indexOrEnd(events, ({ position }) => comparePositions(position, last) > 0);
    if (start > 0) yield events.slice(0, start);
    for (const event of events.slice(start, end)) yield [event];
    if (end === events.length) return;
    this.#suspects = undefined;
    yield events.slice(end);
  }
}

/** Where an error that was thrown outside of any batch says it lies. */
export function culpritOf(error: unknown): Culprit | undefined {
  return error instanceof CorruptEventError ? { position: error.at.position, stream: error.at.stream } : undefined;
}

function indexOrEnd(events: readonly RecordedEvent[], matches: (event: RecordedEvent) => boolean): number {
  const index = events.findIndex(matches);
  return index === -1 ? events.length : index;
}
