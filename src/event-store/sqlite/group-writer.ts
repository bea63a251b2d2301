import type { Database, Statement } from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { judgeAppend, noStream } from '../append-rules.js';
import type { AppendedEvent } from '../append-rules.js';
import { IndexWriter } from './index-writer.js';
import { StreamIndex, streamHash } from './stream-index.js';
import type { UnindexedTail } from './unindexed-tail.js';
import { loadTail } from './unindexed-tail.js';
import type { AppendBatch, GroupAnswer } from './writer-protocol.js';
import { fieldsPerEvent, outcome } from './writer-protocol.js';

/** Commits groups of appends, each group in one durable transaction. Knows nothing of threads. */
export class GroupWriter {
  readonly #open: () => Database;
  #log: WritableLog | undefined;
  #refusal: string | undefined;

  /**
   * @param open gives the connection to write with; called again after a transaction has failed
   */
  constructor(open: () => Database) {
    this.#open = open;
    this.#log = new WritableLog(open());
  }

  /**
   * Adds appends to the group: writes what fits, recognizes what was appended before, notes
   * conflicts, each append for itself. What it has found is said, and holds, when the group is committed.
   */
  write(batch: AppendBatch): void {
    if (this.#refusal !== undefined) return;
    this.#attempt(() => {
      this.#log ??= new WritableLog(this.#open());
      this.#log.write(batch);
    });
  }

  /**
   * Makes the group durable and says what became of its appends. When that fails nothing of the group
   * has happened, and the next group starts on a fresh connection: after a failed flush only the
   * file can say what it holds.
   */
  commit(): GroupAnswer {
    const answer = this.#attempt(() => this.#log?.commit());
    const reason = this.#refusal ?? 'there is nothing to commit';
    this.#refusal = undefined;
    return answer ?? { kind: 'refused', reason };
  }

  /**
   * Does what no answer waits for: begins the next transaction with a share of the index, if that is due.
   * It becomes durable with the next group, or is forgotten and done again.
   */
  workAhead(): void {
    this.#attempt(() => this.#log?.workAhead());
    this.#refusal = undefined;
  }

  close(): void {
    this.#log?.close();
    this.#log = undefined;
  }

  #attempt<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      this.#refusal = error instanceof Error ? error.message : String(error);
      this.close();
      return undefined;
    }
  }
}

const cachedStreams = 50_000;
const cachedCharacters = 4_000_000;

/** The end of a stream. */
interface Head {
  readonly hash: number;
  revision: number;
}

/** The log on one connection, with what is known of its end. */
class WritableLog {
  readonly #db: Database;
  readonly #begin: Statement<[]>;
  readonly #commit: Statement<[]>;
  readonly #insert: Statement<[number, string, number, number, string, string, string, string]>;
  readonly #eventAt: Statement<[number], { id: string; continues: number }>;
  readonly #tail: UnindexedTail;
  readonly #index: StreamIndex;
  readonly #indexWriter: IndexWriter;
  readonly #heads = new LRUCache<string, Head>({
    max: cachedStreams,
    maxSize: cachedCharacters,
    sizeCalculation: (_head, stream) => Math.min(cachedCharacters, stream.length + 1),
  });
  #position: number;
  #outcomes: number[] = [];
  /** How far the index reaches once the transaction under way is committed, if that has changed. */
  #indexedThrough: number | undefined;

  constructor(db: Database) {
    this.#db = db;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#insert = db.prepare(
      'INSERT INTO events (position, stream, revision, continues, id, type, metadata, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#eventAt = db.prepare('SELECT id, continues FROM events WHERE position = ?');
    this.#tail = loadTail(db, Infinity);
    this.#index = new StreamIndex(db);
    this.#indexWriter = new IndexWriter(
      db,
      this.#tail,
      (stream) => this.#heads.peek(stream)?.hash ?? streamHash(stream),
    );
    this.#position = db.prepare<[], number | null>('SELECT max(position) FROM events').pluck().get() ?? 0;
  }

  workAhead(): void {
    if (!this.#indexWriter.hasWork) return;
    this.#begin.run();
    this.#indexedThrough = this.#indexWriter.advance();
  }

  write(batch: AppendBatch): void {
    if (!this.#db.inTransaction) this.#begin.run();
    let field = 0;
    for (let index = 0; index < batch.streams.length; index++) {
      const end = field + (batch.counts[index] ?? 0) * fieldsPerEvent;
      this.#append(batch.streams[index] ?? '', batch.expected[index] ?? noStream, batch.fields, field, end);
      field = end;
    }
  }

  commit(): GroupAnswer {
    this.#commit.run();
    const indexedThrough = this.#indexedThrough;
    if (indexedThrough !== undefined) this.#tail.forgetThrough(indexedThrough);
    this.#indexedThrough = undefined;
    const outcomes = Float64Array.from(this.#outcomes);
    this.#outcomes = [];
    return { kind: 'committed', outcomes, indexedThrough };
  }

  close(): void {
    this.#db.close();
  }

  /** Judges and writes one append, whose fields are those from `start` to `end`. */
  #append(stream: string, expected: number, fields: readonly string[], start: number, end: number): void {
    const head = this.#head(stream);
    if (start < end && expected === head.revision) {
      this.#write(stream, head, fields, start, end);
      this.#outcomes.push(outcome.appended, head.revision, this.#position);
      return;
    }
    const repeated = this.#earlier(stream, head, expected, idsOf(fields, start, end));
    if (repeated === undefined) this.#outcomes.push(outcome.conflict, head.revision, 0);
    else this.#outcomes.push(outcome.repeated, repeated.revision, repeated.position);
  }

  #write(stream: string, head: Head, fields: readonly string[], start: number, end: number): void {
    for (let field = start; field < end; field += fieldsPerEvent) {
      const position = ++this.#position;
      const revision = ++head.revision;
      this.#insert.run(
        position,
        stream,
        revision,
        field === start ? 0 : 1,
        fields[field] ?? '',
        fields[field + 1] ?? '',
        fields[field + 2] ?? '',
        fields[field + 3] ?? '',
      );
      this.#tail.add(stream, revision, position);
    }
    this.#indexWriter.owe((end - start) / fieldsPerEvent);
  }

  /** Where the earlier append that this one repeats has ended, or where the stream is if it has no events; `undefined` for a conflict. */
  #earlier(
    stream: string,
    head: Head,
    expected: number,
    ids: readonly string[],
  ): { readonly revision: number; readonly position: number } | undefined {
    const verdict =
      ids.length === 0 ? 'repeat' : judgeAppend(head.revision, expected, ids, (at) => this.#eventOf(stream, head, at));
    if (verdict !== 'repeat') return undefined;
    const revision = ids.length === 0 ? head.revision : expected + ids.length;
    const position = this.#positionOf(stream, head, revision);
    return position === undefined ? undefined : { revision, position };
  }

  #head(stream: string): Head {
    let head = this.#heads.get(stream);
    if (head === undefined) {
      const hash = streamHash(stream);
      head = { hash, revision: this.#tail.headOf(stream) ?? this.#index.headOf(hash, stream) };
      this.#heads.set(stream, head);
    }
    return head;
  }

  #eventOf(stream: string, head: Head, revision: number): AppendedEvent | undefined {
    const position = this.#positionOf(stream, head, revision);
    const event = position === undefined ? undefined : this.#eventAt.get(position);
    return event === undefined ? undefined : { id: event.id, continues: event.continues === 1 };
  }

  #positionOf(stream: string, head: Head, revision: number): number | undefined {
    const run = this.#tail.find(stream);
    return run !== undefined && revision >= run.first
      ? run.positions[revision - run.first]
      : this.#index.positionOf(head.hash, stream, revision);
  }
}

function idsOf(fields: readonly string[], start: number, end: number): readonly string[] {
  return fields.slice(start, end).filter((_, field) => field % fieldsPerEvent === 0);
}
