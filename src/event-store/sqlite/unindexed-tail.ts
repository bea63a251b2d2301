import type { Database } from 'better-sqlite3';
import { storeValue } from './schema.js';

/** Consecutive events of one stream. */
export interface Run {
  /** The revision of the first of them. */
  readonly first: number;
  readonly positions: number[];
}

/** A stretch of the log that goes into the index as one. */
export class Segment {
  readonly #streams: string[] = [];
  readonly #revisions: number[] = [];
  readonly #positions: number[] = [];
  readonly #runs = new Map<string, Run>();
  #sorted = 0;

  add(stream: string, revision: number, position: number): void {
    this.#streams.push(stream);
    this.#revisions.push(revision);
    this.#positions.push(position);
  }

  /** How many events it has. */
  get size(): number {
    return this.#positions.length;
  }

  /** The position of its last event, 0 while it has none. */
  get last(): number {
    return this.#positions.at(-1) ?? 0;
  }

  /** Its events by stream. Sorted out when asked for: most appends are never looked up here. */
  get runs(): ReadonlyMap<string, Run> {
    for (; this.#sorted < this.size; this.#sorted++) {
      const stream = this.#streams[this.#sorted] ?? '';
      const position = this.#positions[this.#sorted] ?? 0;
      const run = this.#runs.get(stream);
      if (run !== undefined) run.positions.push(position);
      else this.#runs.set(stream, { first: this.#revisions[this.#sorted] ?? 0, positions: [position] });
    }
    return this.#runs;
  }
}

/**
 * Where to find the newest events of a stream: those which the index in the file does not cover yet.
 * The writer and the readers keep one each.
 */
export class UnindexedTail {
  readonly #segments: [...older: Segment[], newest: Segment] = [new Segment()];

  /** Notes an event. Events are noted in the order of their positions. */
  add(stream: string, revision: number, position: number): void {
    this.newest.add(stream, revision, position);
  }

  /** The segment that events are being added to. */
  get newest(): Segment {
    return this.#segments[this.#segments.length - 1] ?? this.#segments[0];
  }

  /** Begins a new segment. */
  seal(): void {
    if (this.newest.size > 0) this.#segments.push(new Segment());
  }

  /** Forgets the sealed segments that the index covers. */
  forgetThrough(position: number): void {
    while (this.#segments.length > 1 && this.#segments[0].last <= position) this.#segments.shift();
  }

  /** The events of a stream that are noted here, as one run; `undefined` for none. */
  find(stream: string): Run | undefined {
    let found: Run | undefined;
    for (const segment of this.#segments) {
      const run = segment.runs.get(stream);
      if (run === undefined) continue;
      found = found === undefined ? run : { first: found.first, positions: [...found.positions, ...run.positions] };
    }
    return found;
  }

  /** The revision of the stream's last event, `undefined` when the tail does not know it. */
  headOf(stream: string): number | undefined {
    const run = this.find(stream);
    return run === undefined ? undefined : run.first + run.positions.length - 1;
  }
}

/** Reads the tail of a file: the events after `indexed_through`, a few thousand at most, and none after `last`. */
export function loadTail(db: Database, last: number): UnindexedTail {
  const tail = new UnindexedTail();
  const events = db
    .prepare<[unknown, number], { position: number; stream: string; revision: number }>(
      'SELECT position, stream, revision FROM events WHERE position > ? AND position <= ? ORDER BY position',
    )
    .iterate(storeValue(db, 'indexed_through'), last);
  for (const { position, stream, revision } of events) tail.add(stream, revision, position);
  return tail;
}
