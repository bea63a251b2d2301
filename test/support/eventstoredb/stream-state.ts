import { lastPossibleRevision } from './log-record.js';
import type { ExpectedRevision, LogRecord, ProposedEvent } from './log-record.js';

/** What is to be done with an append, judged by the stream alone. */
export type AppendVerdict =
  | { readonly kind: 'write' }
  /** These very events were written before, at this expectation; `last` is the last of them. */
  | { readonly kind: 'repeated'; readonly last: LogRecord }
  | { readonly kind: 'conflict'; readonly actual: bigint | 'no-stream' }
  | { readonly kind: 'deleted' };

/** One stream: its records by revision, and what has been taken from it. */
export class StreamState {
  readonly #records: LogRecord[] = [];
  readonly #byId = new Map<string, LogRecord>();
  #tombstoned = false;
  #truncateBefore = 0n;

  /** Revision of the last event ever written, a soft delete or not. */
  get revision(): bigint | 'no-stream' {
    return this.#records.length === 0 ? 'no-stream' : BigInt(this.#records.length - 1);
  }

  get tombstoned(): boolean {
    return this.#tombstoned;
  }

  get softDeleted(): boolean {
    return this.#truncateBefore === lastPossibleRevision;
  }

  /** Whether a reader finds anything. */
  get exists(): boolean {
    return this.#records.length > 0 && !this.softDeleted;
  }

  /** Whether the record is still to be seen in its stream. */
  holds(record: LogRecord): boolean {
    return !this.#tombstoned && record.revision >= this.#truncateBefore;
  }

  /** The records a reader sees, by revision. */
  get visible(): readonly LogRecord[] {
    if (this.#truncateBefore === 0n) return this.#records;
    return this.softDeleted ? [] : this.#records.slice(Number(this.#truncateBefore));
  }

  add(record: LogRecord): void {
    this.#records.push(record);
    this.#byId.set(record.id, record);
  }

  softDelete(): void {
    this.#truncateBefore = lastPossibleRevision;
  }

  /** What a soft delete has hidden stays hidden; what is written from now on is seen. */
  revive(): bigint {
    this.#truncateBefore = BigInt(this.#records.length);
    return this.#truncateBefore;
  }

  tombstone(): void {
    this.#tombstoned = true;
  }

  /**
   * Idempotence goes by expectation: the same ids at the same expected revision, or at `any`, were written before. The
   * same ids at a later revision are new events.
   */
  judge(expected: ExpectedRevision, events: readonly ProposedEvent[]): AppendVerdict {
    if (this.#tombstoned) return { kind: 'deleted' };
    switch (expected) {
      case 'any':
        return this.#judgeAny(events);
      case 'stream-exists':
        return this.exists ? this.#judgeAny(events) : { kind: 'conflict', actual: this.#actual };
      case 'no-stream':
        return this.#judgeAt(-1n, events);
      default:
        return this.#judgeAt(expected, events);
    }
  }

  #judgeAny(events: readonly ProposedEvent[]): AppendVerdict {
    const first = this.#byId.get(events[0]?.id ?? '');
    if (first === undefined) return { kind: 'write' };
    return this.#repeated(first.revision, events) ?? { kind: 'conflict', actual: this.#actual };
  }

  #judgeAt(expected: bigint, events: readonly ProposedEvent[]): AppendVerdict {
    const current = BigInt(this.#records.length) - 1n;
    if (expected === current) return { kind: 'write' };
    if (expected > current) return { kind: 'conflict', actual: this.#actual };
    const repeated = this.#repeated(expected + 1n, events);
    if (repeated !== undefined) return repeated;
    const startsOver = expected === -1n && this.softDeleted && this.#records[0]?.id !== events[0]?.id;
    return startsOver ? { kind: 'write' } : { kind: 'conflict', actual: this.#actual };
  }

  #repeated(from: bigint, events: readonly ProposedEvent[]): AppendVerdict | undefined {
    const found = events.map((_, index) => this.#records[Number(from) + index]);
    if (!found.every((record, index) => record?.id === events[index]?.id)) return undefined;
    const last = found.at(-1);
    return last === undefined ? undefined : { kind: 'repeated', last };
  }

  get #actual(): bigint | 'no-stream' {
    return this.revision;
  }
}
