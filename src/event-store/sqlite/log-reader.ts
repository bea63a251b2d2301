import type { Database, Statement } from 'better-sqlite3';
import type { ReadStreamOptions } from '../../event-sourcing/event-store.js';
import { streamRange } from '../read-range.js';
import { StoredEvent } from '../stored-event.js';
import { RecentEvents } from './recent-events.js';
import { StreamIndex, lastOf, positionsOf, streamHash } from './stream-index.js';
import type { UnindexedTail } from './unindexed-tail.js';
import { loadTail } from './unindexed-tail.js';

const columns = 'e.position, e.stream, e.revision, e.id, e.type, e.metadata, e.data';

type EventRow = [number, string, number, string, string, string, string];

/**
 * Reads the log on a connection of its own, up to the last event whose commit has been announced to
 * it. So all its answers agree with each other, whatever the writer has committed meanwhile.
 */
export class LogReader {
  readonly #db: Database;
  readonly #after: Statement<[number, number, number], EventRow>;
  readonly #listed: Statement<[string], EventRow>;
  readonly #index: StreamIndex;
  #tail: UnindexedTail;
  #recent = new RecentEvents();
  #head: number;

  constructor(db: Database) {
    this.#db = db;
    this.#after = db
      .prepare<[number, number, number], EventRow>(
        `SELECT ${columns} FROM events e WHERE e.position > ? AND e.position <= ? ORDER BY e.position LIMIT ?`,
      )
      .raw();
    this.#listed = db
      .prepare<[string], EventRow>(
        `SELECT ${columns} FROM json_each(?) j JOIN events e ON e.position = j.value ORDER BY e.position`,
      )
      .raw();
    this.#index = new StreamIndex(db);
    this.#tail = loadTail(db, Infinity);
    this.#head = db.prepare<[], number | null>('SELECT max(position) FROM events').pluck().get() ?? 0;
  }

  /** The position of the last event it shows, 0 for none. */
  get head(): number {
    return this.#head;
  }

  /** Takes note of an event that was committed. Events are announced in the order of the log. */
  announce(event: StoredEvent): void {
    if (event.sequence !== this.#head + 1) this.#catchUp(event.sequence - 1);
    this.#recent.push(event);
    this.#tail.add(event.stream, event.index, event.sequence);
    if (this.#tail.newest.size >= segmentSize) this.#tail.seal();
    this.#head = event.sequence;
  }

  /** Takes note that the index in the file covers everything up to here. */
  indexedThrough(position: number): void {
    this.#tail.forgetThrough(position);
  }

  /** Up to `limit` events after this one. */
  after(sequence: number, limit: number): readonly StoredEvent[] {
    if (sequence >= this.#head) return [];
    return this.#recent.after(sequence, limit) ?? this.#after.all(sequence, this.#head, limit).map(toEvent);
  }

  /** The same, but cut short where they become heavy: at least one event, unless there are none. */
  batchAfter(sequence: number, limit: number): readonly StoredEvent[] {
    if (sequence >= this.#head) return [];
    const recent = this.#recent.after(sequence, limit);
    if (recent !== undefined) return recent.slice(0, lightEnough(recent));
    const batch: StoredEvent[] = [];
    let weight = 0;
    // A few at a time: one by one costs nearly twice as much, and all at once could be heavy.
    for (let more = true; more && batch.length < limit && weight <= maxBatchWeight;) {
      const rows = this.#after.all(sequence + batch.length, this.#head, Math.min(limit - batch.length, sliceSize));
      for (const row of rows) {
        const event = toEvent(row);
        batch.push(event);
        weight += event.weight;
      }
      more = rows.length === sliceSize;
    }
    return batch.slice(0, lightEnough(batch));
  }

  readStream(stream: string, options: ReadStreamOptions): readonly StoredEvent[] {
    const hash = streamHash(stream);
    const run = this.#tail.find(stream);
    const head = run === undefined ? this.#index.headOf(hash, stream) : lastOf(run);
    const { first, last } = streamRange(head, options);
    if (first > last) return [];
    const indexedLast = run === undefined ? last : Math.min(last, run.first - 1);
    const indexed = first <= indexedLast ? this.#index.positions(hash, stream, first, indexedLast) : [];
    const positions = run === undefined ? indexed : [...indexed, ...positionsOf(run, first, last)];
    const events = this.#at(positions);
    return options.direction === 'backwards' ? events.reverse() : events;
  }

  close(): void {
    this.#db.close();
  }

  /** A commit that was reported as failed may turn out to have happened: the file is right. */
  #catchUp(position: number): void {
    this.#tail = loadTail(this.#db, position);
    this.#recent = new RecentEvents();
    this.#head = position;
  }

  /** The events at these positions, which are in order. */
  #at(positions: readonly number[]): StoredEvent[] {
    const recent = positions.map((position) => this.#recent.at(position));
    const older = recent.lastIndexOf(undefined) + 1;
    const events = older === 0 ? [] : this.#listed.all(JSON.stringify(positions.slice(0, older))).map(toEvent);
    for (const event of recent.slice(older)) if (event !== undefined) events.push(event);
    if (events.length < positions.length) throw new Error(`events are gone from ${this.#db.name}`);
    return events;
  }
}

/** So many characters of JSON in one batch of a subscription. */
const maxBatchWeight = 4_000_000;

/** How many events are fetched from the file in one go. */
const sliceSize = 64;

/** How many events of the tail are forgotten together. */
const segmentSize = 4_096;

/** How many of the events, at least one, until they have become heavy. */
function lightEnough(events: readonly StoredEvent[]): number {
  let weight = 0;
  let count = 0;
  for (const event of events) {
    weight += event.weight;
    count += 1;
    if (weight > maxBatchWeight) break;
  }
  return count;
}

function toEvent([position, stream, revision, id, type, metadata, data]: EventRow): StoredEvent {
  return new StoredEvent(position, stream, revision, id, type, metadata, data);
}
