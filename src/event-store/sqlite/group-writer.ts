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
  readonly #heads = new LRUCache<string, { revision: number }>({
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
    this.#tail = loadTail(db);
    this.#index = new StreamIndex(db);
    this.#indexWriter = new IndexWriter(db, this.#tail);
    this.#position = db.prepare<[], number | null>('SELECT max(position) FROM events').pluck().get() ?? 0;
  }

  commit(group: AppendGroup): GroupAnswer {
    const before = this.#position;
    const outcomes = new Float64Array(group.streams.length * numbersPerOutcome);
    this.#begin.run();
    let field = 0;
    for (const [index, stream] of group.streams.entries()) {
      const fields = (group.counts[index] ?? 0) * fieldsPerEvent;
      const events = group.fields.slice(field, field + fields);
      field += fields;
      this.#append(stream, group.expected[index] ?? noStream, events, outcomes, index * numbersPerOutcome);
    }
    const indexedThrough = this.#indexWriter.advance(this.#position - before);
    this.#commit.run();
    if (indexedThrough !== undefined) this.#tail.forgetThrough(indexedThrough);
    return { kind: 'committed', outcomes, indexedThrough };
  }

  close(): void {
    this.#db.close();
  }

  #append(stream: string, expected: number, events: readonly string[], outcomes: Outcomes, at: number): void {
    const head = this.#head(stream);
    const count = events.length / fieldsPerEvent;
    const ids = events.filter((_, field) => field % fieldsPerEvent === 0);
    const verdict =
      count === 0 ? 'repeat' : judgeAppend(head.revision, expected, ids, (at) => this.#eventOf(stream, at));
    switch (verdict) {
      case 'append':
        this.#write(stream, head.revision + 1, events);
        head.revision += count;
        outcomes.set([outcome.appended, head.revision, this.#position], at);
        return;
      case 'repeat': {
        const revision = count === 0 ? head.revision : expected + count;
        const position = this.#positionOf(stream, revision);
        if (position === undefined) outcomes.set([outcome.conflict, head.revision, 0], at);
        else outcomes.set([outcome.repeated, revision, position], at);
        return;
      }
      case 'conflict':
        outcomes.set([outcome.conflict, head.revision, 0], at);
    }
  }

  #write(stream: string, first: number, events: readonly string[]): void {
    for (let field = 0, revision = first; field < events.length; field += fieldsPerEvent, revision++) {
      const [id = '', type = '', metadata = '', data = ''] = events.slice(field, field + fieldsPerEvent);
      const position = ++this.#position;
      this.#insert.run(position, stream, revision, field === 0 ? 0 : 1, id, type, metadata, data);
      this.#tail.add(stream, revision, position);
    }
  }

  #head(stream: string): { revision: number } {
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
