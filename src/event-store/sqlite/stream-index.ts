import { createHash } from 'node:crypto';
import type { Database, Statement } from 'better-sqlite3';

/** What `stream_index` files a stream under: the first 48 bits of a SHA-256. Streams may share one; every look-up compares the name as well. */
export function streamHash(stream: string): number {
  return createHash('sha256').update(stream).digest().readUIntBE(0, 6);
}

/** Looks up the part of a stream that the index in the file covers. */
export class StreamIndex {
  readonly #head: Statement<[number, string], number>;
  readonly #position: Statement<[number, number, string], number>;

  constructor(db: Database) {
    this.#head = db
      .prepare<[number, string], number>(
        `SELECT i.revision FROM stream_index i JOIN events e ON e.position = i.position
         WHERE i.stream_hash = ? AND e.stream = ? ORDER BY i.revision DESC LIMIT 1`,
      )
      .pluck();
    this.#position = db
      .prepare<[number, number, string], number>(
        `SELECT i.position FROM stream_index i JOIN events e ON e.position = i.position
         WHERE i.stream_hash = ? AND i.revision = ? AND e.stream = ?`,
      )
      .pluck();
  }

  /** The last indexed revision of the stream. */
  headOf(hash: number, stream: string): number | undefined {
    return this.#head.get(hash, stream);
  }

  positionOf(hash: number, stream: string, revision: number): number | undefined {
    return this.#position.get(hash, revision, stream);
  }
}
