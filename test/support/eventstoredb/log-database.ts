import { v5 } from 'uuid';
import { comparePositions, lastPossibleRevision, positionOf, sizeInLog, sizeOf } from './log-record.js';
import type { ExpectedRevision, LogPosition, LogRecord, ProposedEvent } from './log-record.js';
import { StreamState } from './stream-state.js';

/** What became of an append. */
export type AppendOutcome =
  /** Written now, or found written by an earlier append of the same events; revision and position are the last one's. */
  | { readonly kind: 'success'; readonly revision: bigint; readonly position: LogPosition; readonly written: boolean }
  /** An append without events. */
  | { readonly kind: 'nothing'; readonly revision: bigint | 'no-stream' }
  | { readonly kind: 'wrong-expected-version'; readonly actual: bigint | 'no-stream' }
  | { readonly kind: 'stream-deleted' }
  | { readonly kind: 'too-large'; readonly limit: number }
  | { readonly kind: 'bad-request'; readonly reason: string };

/** What became of a delete. */
export type DeleteOutcome =
  | { readonly kind: 'deleted'; readonly position: LogPosition }
  | { readonly kind: 'wrong-expected-version'; readonly actual: bigint | 'no-stream' }
  | { readonly kind: 'stream-deleted' };

/** A part of one stream. */
export type StreamSlice =
  | { readonly kind: 'found'; readonly records: readonly LogRecord[] }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'deleted' };

/** Which part. `undefined` begins at the first event, or at the last one when reading backwards. */
export interface StreamRange {
  readonly from?: bigint | undefined;
  readonly direction: 'forwards' | 'backwards';
  readonly limit: number;
}

export interface LogDatabaseOptions {
  /** Bytes that one append may have. Default 1,048,576. */
  readonly maxAppendSize?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const systemIds = '2d1d2f2c-21d6-4a4b-8f5e-5b1f4a0f3a55';

/**
 * The log of a server: one sequence of records whose positions are byte offsets, and its streams. It behaves as a real
 * one towards repeated, conflicting and deleted; it knows nothing of connections. A new one already holds what the
 * server wrote for itself.
 */
export class LogDatabase {
  readonly #maxAppendSize: number;
  readonly #now: () => number;
  readonly #log: LogRecord[] = [];
  readonly #scavenged = new Set<LogRecord>();
  readonly #streams = new Map<string, StreamState>();
  readonly #listeners = new Set<() => void>();
  #end = 0n;

  constructor({ maxAppendSize = 1_048_576, now = Date.now }: LogDatabaseOptions = {}) {
    this.#maxAppendSize = maxAppendSize;
    this.#now = now;
    this.skip(312);
    this.#writeSystemEvent('$$$settings', '{"$acl":{"$w":"$admins"}}');
  }

  /** Number of records, scavenged ones counted. */
  get length(): number {
    return this.#log.length;
  }

  /** The offset behind the last record. */
  get end(): bigint {
    return this.#end;
  }

  /** The record at an index, unless a scavenge has taken it. */
  recordAt(index: number): LogRecord | undefined {
    const record = this.#log[index];
    return record !== undefined && this.#scavenged.has(record) ? undefined : record;
  }

  /** Called after every write. @returns what ends it */
  onWrite(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  append(stream: string, expected: ExpectedRevision, events: readonly ProposedEvent[]): AppendOutcome {
    if (stream === '') return { kind: 'bad-request', reason: 'Stream name must not be empty.' };
    const size = events.reduce((sum, event) => sum + sizeOf(event), 0);
    if (size > this.#maxAppendSize) return { kind: 'too-large', limit: this.#maxAppendSize };
    const state = this.#stream(stream);
    if (events.length === 0) return judgeNothing(state, expected);
    const verdict = state.judge(expected, events);
    switch (verdict.kind) {
      case 'deleted':
        return { kind: 'stream-deleted' };
      case 'conflict':
        return { kind: 'wrong-expected-version', actual: verdict.actual };
      case 'repeated':
        return success(verdict.last, false);
      case 'write': {
        const last = this.#write(stream, state, events);
        this.#wrote();
        return success(last, true);
      }
    }
  }

  /** Hides the events written so far. The stream can be written again and goes on where it stopped. */
  softDelete(stream: string, expected: ExpectedRevision): DeleteOutcome {
    const state = this.#stream(stream);
    const refusal = refusalOfDelete(state, expected);
    if (refusal !== undefined) return refusal;
    state.softDelete();
    const record = this.#writeSystemEvent(`$$${stream}`, `{"$tb":${lastPossibleRevision}}`);
    this.#wrote();
    return { kind: 'deleted', position: positionOf(record) };
  }

  /** Ends the stream for good. The tombstone is an event of that stream, with the largest revision there is. */
  tombstone(stream: string, expected: ExpectedRevision): DeleteOutcome {
    const state = this.#stream(stream);
    const refusal = refusalOfDelete(state, expected);
    if (refusal !== undefined) return refusal;
    state.tombstone();
    const record = this.#push(stream, lastPossibleRevision, {
      id: this.#systemId(),
      type: '$streamDeleted',
      contentType: 'application/octet-stream',
      data: new Uint8Array(),
      metadata: new Uint8Array(),
    });
    this.#wrote();
    return { kind: 'deleted', position: positionOf(record) };
  }

  /** Takes the events of deleted streams from the log. The positions of the others stay. */
  scavenge(): void {
    for (const record of this.#log) {
      const kept = record.type === '$streamDeleted' || this.#stream(record.stream).holds(record);
      if (!kept) this.#scavenged.add(record);
    }
  }

  /** Bytes that no reader sees: an epoch record, a new chunk. */
  skip(bytes: number): void {
    this.#end += BigInt(bytes);
  }

  readStream(stream: string, { from, direction, limit }: StreamRange): StreamSlice {
    const state = this.#streams.get(stream);
    if (state?.tombstoned === true) return { kind: 'deleted' };
    if (state?.exists !== true) return { kind: 'not-found' };
    const visible = state.visible;
    const first = visible[0]?.revision ?? 0n;
    if (direction === 'forwards') {
      const start = from === undefined || from < first ? 0 : Number(from - first);
      return { kind: 'found', records: visible.slice(start, start + limit) };
    }
    const end = from === undefined ? visible.length : Math.max(Number(from - first) + 1, 0);
    return { kind: 'found', records: visible.slice(0, end).reverse().slice(0, limit) };
  }

  /**
   * The index of the first record at or after a position, the number of records if there is none.
   *
   * @returns `inside-record` for an offset at which no record begins or ends, as one from another log
   */
  seek(position: LogPosition): number | 'inside-record' {
    let low = 0;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const record = this.#log[middle];
      if (record !== undefined && comparePositions(positionOf(record), position) < 0) low = middle + 1;
      else high = middle;
    }
    return this.#isBoundary(position.commit, low) ? low : 'inside-record';
  }

  #isBoundary(offset: bigint, next: number): boolean {
    if (offset === 0n || offset >= this.#end) return true;
    const before = this.#log[next - 1];
    return [this.#log[next]?.position, before?.position, before?.end].includes(offset);
  }

  #write(stream: string, state: StreamState, events: readonly ProposedEvent[]): LogRecord {
    if (state.softDeleted) this.#writeSystemEvent(`$$${stream}`, `{"$tb":${state.revive()}}`);
    const written = events.map((event) => {
      const record = this.#push(stream, nextRevision(state), event);
      state.add(record);
      return record;
    });
    const last = written.at(-1);
    if (last === undefined) throw new Error('an append without events writes nothing');
    return last;
  }

  #writeSystemEvent(stream: string, json: string): LogRecord {
    return this.#write(stream, this.#stream(stream), [
      {
        id: this.#systemId(),
        type: '$metadata',
        contentType: 'application/json',
        data: Buffer.from(json),
        metadata: new Uint8Array(),
      },
    ]);
  }

  #push(stream: string, revision: bigint, event: ProposedEvent): LogRecord {
    const end = this.#end + sizeInLog(stream, event);
    const record = { ...event, stream, revision, position: this.#end, end, created: this.#now() };
    this.#log.push(record);
    this.#end = end;
    return record;
  }

  #stream(name: string): StreamState {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const created = new StreamState();
    this.#streams.set(name, created);
    return created;
  }

  #systemId(): string {
    return v5(this.#end.toString(), systemIds);
  }

  #wrote(): void {
    for (const listener of this.#listeners) listener();
  }
}

function nextRevision(state: StreamState): bigint {
  return state.revision === 'no-stream' ? 0n : state.revision + 1n;
}

function success(last: LogRecord, written: boolean): AppendOutcome {
  return { kind: 'success', revision: last.revision, position: positionOf(last), written };
}

function judgeNothing(state: StreamState, expected: ExpectedRevision): AppendOutcome {
  if (state.tombstoned) return { kind: 'stream-deleted' };
  const current = state.revision === 'no-stream' ? -1n : state.revision;
  const missing = expected === 'stream-exists' ? !state.exists : typeof expected === 'bigint' && expected > current;
  return missing
    ? { kind: 'wrong-expected-version', actual: state.revision }
    : { kind: 'nothing', revision: state.revision };
}

function refusalOfDelete(state: StreamState, expected: ExpectedRevision): DeleteOutcome | undefined {
  if (state.tombstoned) return { kind: 'stream-deleted' };
  const agrees =
    expected === 'any' ||
    (expected === 'stream-exists' && state.exists) ||
    (expected === 'no-stream' ? state.revision === 'no-stream' : expected === state.revision);
  return agrees ? undefined : { kind: 'wrong-expected-version', actual: state.revision };
}
