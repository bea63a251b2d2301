import type { Database, Statement } from 'better-sqlite3';
import type { Run, UnindexedTail } from './unindexed-tail.js';

/** A segment goes to the index when it holds so many events. */
const segmentSize = 16_384;

/** How many rows are written per event appended: above 1, so that a segment is done before the next is full. */
const pace = 1.5;

/** So many positions in one row. */
const maxRun = 512;

/**
 * Writes the index behind the appends: a segment of the log at a time, all its events of one stream
 * as one row, and the rows in the index's own order. A page of the index is so written once for many
 * events instead of once for each.
 */
export class IndexWriter {
  readonly #insert: Statement<[number, number, number, string]>;
  readonly #setIndexedThrough: Statement<[number]>;
  readonly #tail: UnindexedTail;
  readonly #hashOf: (stream: string) => number;
  #underWay: SegmentUnderWay | undefined;
  #next = 0;
  /** How many rows are due. */
  #owed = 0;

  constructor(db: Database, tail: UnindexedTail, hashOf: (stream: string) => number) {
    this.#tail = tail;
    this.#hashOf = hashOf;
    // A row that is there is what an interrupted run has left, and knows nothing of the events appended since.
    this.#insert = db.prepare(
      'INSERT INTO stream_runs (stream_hash, first_revision, first_position, positions) VALUES (?, ?, ?, ?) ' +
        'ON CONFLICT DO UPDATE SET positions = excluded.positions',
    );
    this.#setIndexedThrough = db.prepare("UPDATE store SET value = ? WHERE key = 'indexed_through'");
  }

  /** Takes note of events appended: the more of them, the larger the next share. */
  owe(events: number): void {
    if (this.#underWay !== undefined) this.#owed += events * pace;
  }

  /** True while a segment is on its way into the index, or has become due. */
  get hasWork(): boolean {
    return this.#underWay !== undefined || this.#tail.newest.size >= segmentSize;
  }

  /**
   * Writes a share of the index, inside a transaction.
   *
   * @returns the position through which the index becomes complete when the transaction is committed, if it does
   */
  advance(): number | undefined {
    const { runs, last } = (this.#underWay ??= this.#takeSegment());
    const end = Math.min(runs.length, this.#next + Math.ceil(this.#owed));
    this.#owed = 0;
    for (; this.#next < end; this.#next++) {
      const run = runs[this.#next];
      if (run !== undefined) this.#write(run);
    }
    if (end < runs.length) return undefined;
    this.#setIndexedThrough.run(last);
    this.#underWay = undefined;
    return last;
  }

  #takeSegment(): SegmentUnderWay {
    const { newest } = this.#tail;
    const runs = Array.from(newest.runs, ([stream, run]) => ({ ...run, hash: this.#hashOf(stream) }));
    this.#tail.seal();
    this.#next = 0;
    this.#owed = 0;
    return { runs: runs.sort((a, b) => a.hash - b.hash), last: newest.last };
  }

  #write({ hash, first, positions }: HashedRun): void {
    for (let at = 0; at < positions.length; at += maxRun) {
      const part = positions.slice(at, at + maxRun);
      this.#insert.run(hash, first + at, part[0] ?? 0, JSON.stringify(part));
    }
  }
}

interface HashedRun extends Run {
  readonly hash: number;
}

interface SegmentUnderWay {
  /** In the order of their hashes. */
  readonly runs: readonly HashedRun[];
  readonly last: number;
}
