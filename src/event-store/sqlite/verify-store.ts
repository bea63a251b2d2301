import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Statement } from 'better-sqlite3';
import type { Position } from '../../event-sourcing/position.js';
import { toPosition } from '../numeric-position.js';
import { StoredEvent } from '../stored-event.js';
import { isDamage } from './open-file.js';
import { requirePresentSchema, storeValue } from './schema.js';
import { StreamIndex, streamHash } from './stream-index.js';

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

/** Rows of the index, each of which may stand for hundreds of events. */
const runsPerPage = 200;

export interface StoreVerificationOptions {
  /**
   * Runs SQLite's own check of every page first. It holds up the process for as long as it takes to read the file, so
   * leave it out where a service runs: the pages of events and index are read anyway. Default: true.
   */
  readonly pages?: boolean;
}

/**
 * Reads a whole `events.db` and reports everything that is wrong with it: SQLite's own integrity
 * check, positions and revisions without gaps, JSON that parses, an index that covers exactly the
 * events it says it covers. Verifies what was committed when it began, so a service may be running.
 *
 * The total counts events twice (the log, then its index). Ends with `done`.
 *
 * @throws UnusableStoreError when the file belongs to something else or to another schema version
 */
export async function* verifyStore(
  file: string,
  { pages = true }: StoreVerificationOptions = {},
): AsyncGenerator<StoreVerification, void, undefined> {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  let faults = 0;
  try {
    requirePresentSchema(db);
    const verifier = new Verifier(db);
    for (const step of verifier.steps(pages)) {
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
type RunRow = [number, number, number, string];

class Verifier {
  readonly last: number;
  readonly #db: Database.Database;
  readonly #indexedThrough: number;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#indexedThrough = Number(storeValue(db, 'indexed_through'));
    this.last = db.prepare<[], number | null>('SELECT max(position) FROM events').pluck().get() ?? 0;
  }

  *steps(pages: boolean): Generator<StoreVerification, void> {
    if (pages) yield* this.#pages();
    yield* this.#log();
    yield* this.#index();
  }

  *#pages(): Generator<StoreVerification, void> {
    for (const row of this.#db.pragma('integrity_check') as { integrity_check: string }[]) {
      if (row.integrity_check !== 'ok') yield { kind: 'fault', fault: row.integrity_check };
    }
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
      .prepare<[number, number, number, number, number], RunRow>(
        `SELECT stream_hash, first_revision, first_position, positions FROM stream_runs
         WHERE (stream_hash, first_revision, first_position) > (?, ?, ?) AND first_position <= ?
         ORDER BY stream_hash, first_revision, first_position LIMIT ?`,
      )
      .raw();
    const streams = new IndexedStreams(this.#db);
    let [hash, revision, position] = [-1, -1, -1];
    let entries = 0;
    for (;;) {
      const rows = page.all(hash, revision, position, this.#indexedThrough, runsPerPage);
      for (const row of rows) {
        [hash, revision, position] = row;
        entries += yield* streams.verify(row);
      }
      if (rows.length < runsPerPage) break;
      yield this.#progress(this.last + entries);
    }
    if (entries !== this.#indexedThrough) {
      yield { kind: 'fault', fault: `the index has ${entries} entries for the first ${this.#indexedThrough} events` };
    }
    yield* this.#unindexed();
    yield this.#progress(this.last * 2);
  }

  *#unindexed(): Generator<StoreVerification, void> {
    const index = new StreamIndex(this.#db);
    const rows = this.#db
      .prepare<[number, number], [number, string, number]>(
        'SELECT position, stream, revision FROM events WHERE position > ? AND position <= ? ORDER BY position',
      )
      .raw()
      .all(this.#indexedThrough, this.last);
    const heads = new Map<string, number>();
    for (const [n, [position, stream, revision]] of rows.entries()) {
      const before = heads.get(stream) ?? this.#indexedBefore(index, stream, revision);
      if (revision - 1 !== before) yield gap(stream, revision, position);
      heads.set(stream, revision);
      if (n % pageSize === pageSize - 1) yield this.#progress(this.last + position);
    }
  }

  /** The revision before this one if the index has it, -1 when there is none to have. */
  #indexedBefore(index: StreamIndex, stream: string, revision: number): number | undefined {
    const isThere = revision === 0 || index.positionOf(streamHash(stream), stream, revision - 1) !== undefined;
    return isThere ? revision - 1 : undefined;
  }

  #progress(done: number): StoreVerification {
    return { kind: 'progress', done, total: this.last * 2 };
  }
}

/** Follows the index through its streams, several of which may share a hash. */
class IndexedStreams {
  readonly #events: Statement<[string], [number, string, number]>;
  readonly #heads = new Map<string, number>();
  #hash = -1;

  constructor(db: Database.Database) {
    this.#events = db
      .prepare<[string], [number, string, number]>(
        `SELECT e.position, e.stream, e.revision FROM json_each(?) j JOIN events e ON e.position = j.value
         ORDER BY e.position`,
      )
      .raw();
  }

  /** Compares one row of the index with the log, and answers how many of its entries are right. */
  *verify([hash, first, firstPosition, positions]: RunRow): Generator<StoreVerification, number> {
    if (hash !== this.#hash) {
      this.#hash = hash;
      this.#heads.clear();
    }
    const events = this.#events.all(positions);
    const wrong = wrongEntry(first, firstPosition, positions, events);
    const stream = events[0]?.[1] ?? '';
    if (wrong || (!this.#heads.has(stream) && streamHash(stream) !== hash)) {
      const fault = 'the index points at events that are not those it means';
      yield { kind: 'fault', fault, position: toPosition(firstPosition) };
      return 0;
    }
    if (first !== (this.#heads.get(stream) ?? -1) + 1) yield gap(stream, first, firstPosition);
    this.#heads.set(stream, first + events.length - 1);
    return events.length;
  }
}

/** True unless the row lists, in order, events of one stream that follow each other. */
function wrongEntry(
  first: number,
  firstPosition: number,
  positions: string,
  events: readonly [number, string, number][],
): boolean {
  const listed = JSON.stringify(events.map(([position]) => position));
  const [head] = events;
  return (
    listed !== positions ||
    head?.[0] !== firstPosition ||
    events.some(([, stream, revision], index) => stream !== head[1] || revision !== first + index)
  );
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

function gap(stream: string, revision: number, position: number): StoreVerification {
  return {
    kind: 'fault',
    fault: `stream ${stream} has no event before this one of revision ${revision}`,
    position: toPosition(position),
    stream,
  };
}
