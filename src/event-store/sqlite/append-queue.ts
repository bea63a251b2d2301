import type { AppendResult } from '../../event-sourcing/event-store.js';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import type { AppendGroup, GroupAnswer, Outcomes } from './writer-protocol.js';

/** One append on its way. */
export interface PendingAppend {
  readonly stream: string;
  readonly expected: number;
  /** How many events. */
  readonly count: number;
  /** Four per event, as in an {@link AppendGroup}. */
  readonly fields: readonly string[];
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (fault: Error) => void;
}

/** Told about each group that was committed, in the order of the log. It settles the appends. */
export type CommitListener = (
  appends: readonly PendingAppend[],
  outcomes: Outcomes,
  indexedThrough: number | undefined,
) => void;

/** Two, so that the writer finds the next group waiting when it is done with one. */
const groupsInFlight = 2;

/** Bounds of one group, so that one transaction does not hold up the ones behind it for long. */
const maxAppends = 512;
const maxCharacters = 4_000_000;

/** Collects appends into groups, hands them to the writer, and settles those that fail. */
export class AppendQueue {
  readonly #send: (group: AppendGroup) => void;
  readonly #onCommit: CommitListener;
  #waiting: PendingAppend[] = [];
  readonly #inFlight: (readonly PendingAppend[])[] = [];
  #scheduled = false;
  #refusal: StoreUnavailableError | undefined;
  #onIdle: (() => void) | undefined;

  constructor(send: (group: AppendGroup) => void, onCommit: CommitListener) {
    this.#send = send;
    this.#onCommit = onCommit;
  }

  /** How many appends have not been answered yet. */
  get pending(): number {
    return this.#inFlight.reduce((sum, group) => sum + group.length, this.#waiting.length);
  }

  push(append: PendingAppend): void {
    if (this.#refusal !== undefined) {
      append.reject(this.#refusal);
      return;
    }
    this.#waiting.push(append);
    this.#schedule();
  }

  /** Takes the writer's answer to the oldest group in flight. */
  settle(answer: GroupAnswer): void {
    const appends = this.#inFlight.shift() ?? [];
    switch (answer.kind) {
      case 'committed':
        this.#onCommit(appends, answer.outcomes, answer.indexedThrough);
        break;
      case 'refused': {
        const fault = new StoreUnavailableError(
          `the event store could not write: ${answer.reason}. What was answered before is safe; try again later`,
        );
        for (const append of appends) append.reject(fault);
      }
    }
    this.#schedule();
    if (this.pending === 0) this.#onIdle?.();
  }

  /** Takes no more appends; resolves when the ones it has are settled. */
  drain(refusal: StoreUnavailableError): Promise<void> {
    this.#refusal ??= refusal;
    return new Promise((resolve) => {
      if (this.pending === 0) resolve();
      else this.#onIdle = resolve;
    });
  }

  /** Rejects everything, now and from now on. */
  fail(fault: StoreUnavailableError): void {
    this.#refusal = fault;
    const failed = [...this.#inFlight.splice(0).flat(), ...this.#waiting.splice(0)];
    for (const append of failed) append.reject(fault);
    this.#onIdle?.();
  }

  /** Whoever appends in this turn of the event loop shares a group. */
  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0 || this.#inFlight.length >= groupsInFlight) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#sendGroup();
      this.#schedule();
    });
  }

  #sendGroup(): void {
    const appends = this.#takeGroup();
    if (appends.length === 0) return;
    const streams: string[] = [];
    const expected: number[] = [];
    const counts: number[] = [];
    const fields: string[] = [];
    for (const append of appends) {
      streams.push(append.stream);
      expected.push(append.expected);
      counts.push(append.count);
      for (const field of append.fields) fields.push(field);
    }
    this.#inFlight.push(appends);
    this.#send({ streams, expected, counts, fields });
  }

  #takeGroup(): PendingAppend[] {
    let size = 0;
    let end = 0;
    for (const append of this.#waiting) {
      for (const field of append.fields) size += field.length;
      if (end > 0 && (end === maxAppends || size > maxCharacters)) break;
      end++;
    }
    if (end === this.#waiting.length) return this.#waiting.splice(0);
    const group = this.#waiting.slice(0, end);
    this.#waiting = this.#waiting.slice(end);
    return group;
  }
}
