import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Position } from '../../event-sourcing/position.js';
import { toPosition } from '../numeric-position.js';
import { StoredEvent } from '../stored-event.js';
import { isDamage } from './open-file.js';
import { requirePresentSchema, storeValue } from './schema.js';
import { streamHash } from './stream-index.js';

/** What a verification says while it goes on. */
export type StoreVerification =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'fault';
      readonly fault: string;
      readonly position?: Position;
      readonly stream?: string;
    }
  | { readonly kind: 'done'; readonly events: number; readonly faults: number };

const pageSize = 2_000;

/**
 * Reads a whole `events.db` and reports everything that is wrong with it: SQLite's own integrity
 * check, positions and revisions without gaps, JSON that parses, an index that covers exactly the
 * events it says it covers. Verifies what was committed when it began, so a service may be running.
 *
 * The total counts events twice (the log, then its index). Ends with `done`.
 *
 * @throws UnusableStoreError when the file belongs to something else or to another schema version
 */
export async function* verifyStore(file: string): AsyncGenerator<StoreVerification, void, undefined> {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  let faults = 0;
  try {
    requirePresentSchema(db);
    const verifier = new Verifier(db);
    for (const step of verifier.steps()) {
      if (step.kind === 'fault') faults++;
      yield step;
      await nextTurn();
    }
    yield { kind: 'done', events: verifier.last, faults };
  } catch (error) {
    if (!isDamage(error)) throw error;
    yield { kind: 'fault', fault: `SQLite cannot read on: ${error.message}` };
    yield { kind: 'done', events: 0, faults: faults + 1 };
  } finally {
    db.close();
  }
}

type EventRow = [number, string, number, number, string, string, string, string];
type IndexRow = [number, number, number, string | null, number | null];

class Verifier {
  readonly last: number;
  readonly #db: Database.Database;
  readonly #indexedThrough: number;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#indexedThrough = Number(storeValue(db, 'indexed_through'));
    this.last = db.prepare<[], number | null>('SELECT max(position) FROM events').pluck().get() ?? 0;
  }

  *steps(): Generator<StoreVerification, void> {
    for (const row of this.#db.pragma('integrity_check') as { integrity_check: string }[]) {
      if (row.integrity_check !== 'ok') yield { kind: 'fault', fault: row.integrity_check };
    }
    yield* this.#log();
    yield* this.#index();
  }

  /** The log by itself: positions, JSON, events of one append beside each other. */
  *#log(): Generator<StoreVerification, void> {
    const page = this.#db
      .prepare<[number, number, number], EventRow>(
        `SELECT position, stream, revision, continues, id, type, metadata, data FROM events
         WHERE position > ? AND position <= ? ORDER BY position LIMIT ?`,
      )
      .raw();
    let before: EventRow | undefined;
    for (;;) {
      const rows = page.all(before?.[0] ?? 0, this.last, pageSize);
      for (const row of rows) {
        yield* faultsOf(row, before);
        before = row;
      }
      if (rows.length < pageSize) break;
      yield this.#progress(before?.[0] ?? 0);
    }
    yield this.#progress(this.last);
  }

  /** Every stream by the index, then the events which the index does not cover yet. */
  *#index(): Generator<StoreVerification, void> {
    const page = this.#db
      .prepare<[number, number, number, number, number], IndexRow>(
        `SELECT i.stream_hash, i.revision, i.position, e.stream, e.revision
         FROM stream_index i LEFT JOIN events e ON e.position = i.position
         WHERE (i.stream_hash, i.revision, i.position) > (?, ?, ?) AND i.position <= ?
         ORDER BY i.stream_hash, i.revision, i.position LIMIT ?`,
      )
      .raw();
    const streams = new StreamsOfOneHash();
    let last: IndexRow | undefined;
    let entries = 0;
    for (;;) {
      const [hash = -1, revision = -1, position = -1] = last ?? [];
      const rows = page.all(hash, revision, position, this.#indexedThrough, pageSize);
      for (const row of rows) yield* streams.faultsOf(row);
      entries += rows.length;
      last = rows.at(-1);
      if (rows.length < pageSize) break;
      yield this.#progress(this.last + entries);
    }
    if (entries !== this.#indexedThrough) {
      yield { kind: 'fault', fault: `the index has ${entries} entries for the first ${this.#indexedThrough} events` };
    }
    yield* this.#unindexed();
    yield this.#progress(this.last * 2);
  }

  *#unindexed(): Generator<StoreVerification, void> {
    const head = this.#db
      .prepare<[number, number, string], number>(
        `SELECT i.revision FROM stream_index i JOIN events e ON e.position = i.position
         WHERE i.stream_hash = ? AND i.position <= ? AND e.stream = ? ORDER BY i.revision DESC LIMIT 1`,
      )
      .pluck();
    const rows = this.#db
      .prepare<[number, number], [number, string, number]>(
        'SELECT position, stream, revision FROM events WHERE position > ? AND position <= ? ORDER BY position',
      )
      .raw()
      .all(this.#indexedThrough, this.last);
    const heads = new Map<string, number>();
    for (const [position, stream, revision] of rows) {
      const before = heads.get(stream) ?? head.get(streamHash(stream), this.#indexedThrough, stream) ?? -1;
      if (revision !== before + 1) yield gap(stream, before, revision, position);
      heads.set(stream, revision);
    }
  }

  #progress(done: number): StoreVerification {
    return { kind: 'progress', done, total: this.last * 2 };
  }
}

/** Follows the index through the streams that share a hash, which is nearly always one. */
class StreamsOfOneHash {
  #hash = -1;
  readonly #heads = new Map<string, number>();

  *faultsOf([hash, revision, position, stream, eventRevision]: IndexRow): Generator<StoreVerification, void> {
    if (hash !== this.#hash) {
      this.#hash = hash;
      this.#heads.clear();
    }
    if (stream === null || eventRevision !== revision || (!this.#heads.has(stream) && streamHash(stream) !== hash)) {
      yield {
        kind: 'fault',
        fault: 'the index points at an event that is not the one it means',
        position: toPosition(position),
      };
      return;
    }
    const before = this.#heads.get(stream) ?? -1;
    if (revision !== before + 1) yield gap(stream, before, revision, position);
    this.#heads.set(stream, revision);
  }
}

function* faultsOf(row: EventRow, before: EventRow | undefined): Generator<StoreVerification, void> {
  const [sequence, stream, revision, continues, id, type, metadata, data] = row;
  const position = toPosition(sequence);
  const [previous, previousStream, previousRevision] = before ?? [0, '', -1];
  if (sequence !== previous + 1) {
    yield { kind: 'fault', fault: `the events after position ${toPosition(previous)} are missing`, position };
  } else if (continues === 1 && (previousStream !== stream || previousRevision !== revision - 1)) {
    yield {
      kind: 'fault',
      fault: 'it is said to have been appended together with an event of another stream',
      position,
      stream,
    };
  }
  try {
    new StoredEvent(sequence, stream, revision, id, type, metadata, data).requireReadable();
  } catch (error) {
    yield { kind: 'fault', fault: error instanceof Error ? error.message : String(error), position, stream };
  }
}

function gap(stream: string, before: number, revision: number, position: number): StoreVerification {
  const expected = before + 1;
  return {
    kind: 'fault',
    fault: `stream ${stream} goes on with revision ${revision} where ${expected} is expected`,
    position: toPosition(position),
    stream,
  };
}
