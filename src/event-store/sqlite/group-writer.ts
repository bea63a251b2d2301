import type { Database, Statement } from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { judgeAppend, noStream } from '../append-rules.js';
import type { AppendedEvent } from '../append-rules.js';
import { IndexWriter } from './index-writer.js';
import { StreamIndex, streamHash } from './stream-index.js';
import type { UnindexedTail } from './unindexed-tail.js';
import { loadTail } from './unindexed-tail.js';
import type { AppendGroup, GroupAnswer, Outcomes } from './writer-protocol.js';
import { fieldsPerEvent, numbersPerOutcome, outcome } from './writer-protocol.js';

/** Commits groups of appends, each group in one durable transaction. Knows nothing of threads. */
export class GroupWriter {
  readonly #open: () => Database;
  #log: WritableLog | undefined;

  /**
   * @param open gives the connection to write with; called again after a transaction has failed
   */
  constructor(open: () => Database) {
    this.#open = open;
    this.#log = new WritableLog(open());
  }

  /**
   * Appends what fits, recognizes what was appended before, and reports conflicts, each append for
   * itself. When the transaction fails nothing of the group has happened, and the next group starts
   * on a fresh connection: after a failed flush only the file can say what it holds.
   */
  commit(group: AppendGroup): GroupAnswer {
    try {
      this.#log ??= new WritableLog(this.#open());
      return this.#log.commit(group);
    } catch (error) {
      this.close();
      return { kind: 'refused', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  close(): void {
    this.#log?.close();
    this.#log = undefined;
  }
}

const cachedStreams = 50_000;
const cachedCharacters = 4_000_000;

/** The end of a stream. */
interface Head {
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
    this.#indexWriter = new IndexWriter(db, this.#tail);
    this.#position = db.prepare<[], number | null>('SELECT max(position) FROM events').pluck().get() ?? 0;
  }

  commit(group: AppendGroup): GroupAnswer {
    const before = this.#position;
    const outcomes = new Float64Array(group.streams.length * numbersPerOutcome);
    this.#begin.run();
    let field = 0;
    for (let index = 0; index < group.streams.length; index++) {
      const end = field + (group.counts[index] ?? 0) * fieldsPerEvent;
      this.#append(group, index, field, end, outcomes);
      field = end;
    }
    const indexedThrough = this.#indexWriter.advance(this.#position - before);
    this.#commit.run();
    if (indexedThrough !== undefined) this.#tail.forgetThrough(indexedThrough);
    return { kind: 'committed', outcomes, indexedThrough };
  }

  close(): void {
    this.#db.close();
  }

  /** Judges and writes one append of a group, whose fields are those from `start` to `end`. */
  #append(group: AppendGroup, index: number, start: number, end: number, outcomes: Outcomes): void {
    const stream = group.streams[index] ?? '';
    const expected = group.expected[index] ?? noStream;
    const head = this.#head(stream);
    const at = index * numbersPerOutcome;
    if (start < end && expected === head.revision) {
      this.#write(stream, head, group.fields, start, end);
      setOutcome(outcomes, at, outcome.appended, head.revision, this.#position);
      return;
    }
    const repeated = this.#earlier(stream, head.revision, expected, idsOf(group.fields, start, end));
    if (repeated === undefined) setOutcome(outcomes, at, outcome.conflict, head.revision, 0);
    else setOutcome(outcomes, at, outcome.repeated, repeated.revision, repeated.position);
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
  }

  /** Where the earlier append that this one repeats has ended, or where the stream is if it has no events; `undefined` for a conflict. */
  #earlier(
    stream: string,
    head: number,
    expected: number,
    ids: readonly string[],
  ): { readonly revision: number; readonly position: number } | undefined {
    const verdict = ids.length === 0 ? 'repeat' : judgeAppend(head, expected, ids, (at) => this.#eventOf(stream, at));
    if (verdict !== 'repeat') return undefined;
    const revision = ids.length === 0 ? head : expected + ids.length;
    const position = this.#positionOf(stream, revision);
    return position === undefined ? undefined : { revision, position };
  }

  #head(stream: string): Head {
    let head = this.#heads.get(stream);
    if (head === undefined) {
      head = { revision: this.#tail.headOf(stream) ?? this.#index.headOf(streamHash(stream), stream) ?? noStream };
      this.#heads.set(stream, head);
    }
    return head;
  }

  #eventOf(stream: string, revision: number): AppendedEvent | undefined {
    const position = this.#positionOf(stream, revision);
    const event = position === undefined ? undefined : this.#eventAt.get(position);
    return event === undefined ? undefined : { id: event.id, continues: event.continues === 1 };
  }

  #positionOf(stream: string, revision: number): number | undefined {
    const run = this.#tail.find(stream);
    return run !== undefined && revision >= run.first
      ? run.positions[revision - run.first]
      : this.#index.positionOf(streamHash(stream), stream, revision);
  }
}

function setOutcome(outcomes: Outcomes, at: number, kind: number, revision: number, position: number): void {
  outcomes[at] = kind;
  outcomes[at + 1] = revision;
  outcomes[at + 2] = position;
}

function idsOf(fields: readonly string[], start: number, end: number): readonly string[] {
  return fields.slice(start, end).filter((_, field) => field % fieldsPerEvent === 0);
}
