import type { Database, Statement } from 'better-sqlite3';
import { streamHash } from './stream-index.js';
import type { Run, UnindexedTail } from './unindexed-tail.js';

/** A segment goes to the index when it holds so many events. */
const segmentSize = 4_096;

/** How many index entries are written per event appended: above 1, so that a segment is done before the next is full. */
const pace = 2;

/**
 * Writes the index behind the appends, a segment at a time and in the index's own order, so that a
 * page of it is written once for many events instead of once for each.
 */
export class IndexWriter {
  readonly #insert: Statement<[number, number, number]>;
  readonly #setIndexedThrough: Statement<[number]>;
  readonly #tail: UnindexedTail;
  #underWay: { readonly runs: readonly (Run & { readonly hash: number })[]; readonly last: number } | undefined;
  #nextRun = 0;
  #nextInRun = 0;

  constructor(db: Database, tail: UnindexedTail) {
    this.#tail = tail;
    this.#insert = db.prepare('INSERT OR IGNORE INTO stream_index (stream_hash, revision, position) VALUES (?, ?, ?)');
    this.#setIndexedThrough = db.prepare("UPDATE store SET value = ? WHERE key = 'indexed_through'");
  }

  /**
   * Writes a share of the index, inside the transaction that appended `appended` events.
   *
   * @returns the position through which the index became complete, once this transaction is committed
   */
  advance(appended: number): number | undefined {
    this.#begin();
    if (this.#underWay === undefined) return undefined;
    const { runs, last } = this.#underWay;
    let budget = appended * pace;
    for (let run = runs[this.#nextRun]; run !== undefined; run = runs[++this.#nextRun]) {
      for (; this.#nextInRun < run.positions.length; this.#nextInRun++) {
        const position = run.positions[this.#nextInRun];
        if (position === undefined || budget-- === 0) return undefined;
        this.#insert.run(run.hash, run.first + this.#nextInRun, position);
      }
      this.#nextInRun = 0;
    }
    this.#setIndexedThrough.run(last);
    this.#underWay = undefined;
    return last;
  }

  #begin(): void {
    const { newest } = this.#tail;
    if (this.#underWay !== undefined || newest.events < segmentSize) return;
    const runs = Array.from(newest.runs, ([stream, run]) => ({ ...run, hash: streamHash(stream) }));
    this.#underWay = { runs: runs.sort((a, b) => a.hash - b.hash), last: newest.last };
    this.#nextRun = 0;
    this.#nextInRun = 0;
    this.#tail.seal();
  }
}
