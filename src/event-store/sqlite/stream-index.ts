import { hash } from 'node:crypto';
import type { Database, Statement } from 'better-sqlite3';
import { noStream } from '../append-rules.js';
import type { Run } from './unindexed-tail.js';

/** What `stream_runs` files a stream under: the first 48 bits of a SHA-256. Streams may share one; every look-up compares the name as well. */
export function streamHash(stream: string): number {
  return parseInt(hash('sha256', stream, 'hex').slice(0, 12), 16);
}

interface RunRow {
  readonly first_revision: number;
  /** A JSON list of numbers. */
  readonly positions: string;
}

/** Looks up the part of a stream that the index in the file covers. */
export class StreamIndex {
  readonly #downFrom: Statement<[number, number, string], RunRow>;

  constructor(db: Database) {
    this.#downFrom = db.prepare<[number, number, string], RunRow>(
      `SELECT r.first_revision, r.positions FROM stream_runs r JOIN events e ON e.position = r.first_position
       WHERE r.stream_hash = ? AND r.first_revision <= ? AND e.stream = ? ORDER BY r.first_revision DESC`,
    );
  }

  /** The last indexed revision of the stream, -1 for none. */
  headOf(hash: number, stream: string): number {
    const row = this.#downFrom.get(hash, Number.MAX_SAFE_INTEGER, stream);
    return row === undefined ? noStream : lastOf(toRun(row));
  }

  positionOf(hash: number, stream: string, revision: number): number | undefined {
    return this.positions(hash, stream, revision, revision)[0];
  }

  /** The positions of the stream's events from one revision to another (inclusive), as far as they are indexed. */
  positions(hash: number, stream: string, first: number, last: number): readonly number[] {
    const runs: (readonly number[])[] = [];
    for (const row of this.#downFrom.iterate(hash, last, stream)) {
      const run = toRun(row);
      runs.push(positionsOf(run, first, last));
      if (run.first <= first) break;
    }
    return runs.reverse().flat();
  }
}

/** The revision of a run's last event. */
export function lastOf(run: Run): number {
  return run.first + run.positions.length - 1;
}

/** The part of a run from one revision to another (inclusive). */
export function positionsOf(run: Run, first: number, last: number): readonly number[] {
  return run.positions.slice(Math.max(0, first - run.first), Math.max(0, last - run.first + 1));
}

function toRun(row: RunRow): Run {
  return { first: row.first_revision, positions: JSON.parse(row.positions) as number[] };
}
