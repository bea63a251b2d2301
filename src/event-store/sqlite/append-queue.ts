import type { AppendResult } from '../../event-sourcing/event-store.js';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import type { AppendBatch, GroupAnswer, Outcomes } from './writer-protocol.js';

/** One append on its way. */
export interface PendingAppend {
  readonly stream: string;
  readonly expected: number;
  /** How many events. */
  readonly count: number;
  /** Four per event, as in an {@link AppendBatch}. */
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

/**
 * So many appends are handed over at a time, so that the writer works on the first while the next
 * are being made: few at first, since waking a thread takes longer than writing them.
 */
const firstBatch = 8;
const nextBatch = 16;

/** Bounds of one group, so that one transaction does not hold up the ones behind it for long. */
const maxAppends = 512;
const maxCharacters = 4_000_000;

/**
 * Hands appends to the writer and settles those that fail.
 *
 * The writer gets them in small batches as they come, and is asked to commit when the turn of the
 * event loop is over and it has answered the commit before. Whoever appends meanwhile joins the
 * next group: few large groups, since the flush is what costs.
 */
export class AppendQueue {
  readonly #send: (batch: AppendBatch, commit: boolean) => void;
  readonly #onCommit: CommitListener;
  /** Not handed over yet. */
  #waiting: PendingAppend[] = [];
  /** Handed over, to be committed with the next group. */
  #written: PendingAppend[] = [];
  #writtenCharacters = 0;
  /** The group being committed. */
  #committing: readonly PendingAppend[] | undefined;
  #scheduled = false;
  #refusal: StoreUnavailableError | undefined;
  #onIdle: (() => void) | undefined;

  constructor(send: (batch: AppendBatch, commit: boolean) => void, onCommit: CommitListener) {
    this.#send = send;
    this.#onCommit = onCommit;
  }

  /** How many appends have not been answered yet. */
  get pending(): number {
    return this.#waiting.length + this.#written.length + (this.#committing?.length ?? 0);
  }

  push(append: PendingAppend): void {
    if (this.#refusal !== undefined) {
      append.reject(this.#refusal);
      return;
    }
    this.#waiting.push(append);
    if (this.#waiting.length > this.#batchSize && !this.#groupIsFull()) this.#write(false);
    this.#schedule();
  }

  /** Takes the writer's answer to the group being committed. */
  settle(answer: GroupAnswer): void {
    const appends = this.#committing ?? [];
    this.#committing = undefined;
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
    const failed = [...(this.#committing ?? []), ...this.#written, ...this.#waiting];
    this.#committing = undefined;
    this.#written = [];
    this.#waiting = [];
    for (const append of failed) append.reject(fault);
    this.#onIdle?.();
  }

  /** Whoever appends in this turn of the event loop joins the group. */
  #schedule(): void {
    if (this.#scheduled || this.#committing !== undefined || this.#waiting.length + this.#written.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#committing === undefined) this.#commit();
    });
  }

  #commit(): void {
    while (this.#waiting.length > this.#batchSize && !this.#groupIsFull()) this.#write(false);
    this.#write(true);
    this.#committing = this.#written;
    this.#written = [];
    this.#writtenCharacters = 0;
  }

  get #batchSize(): number {
    return this.#written.length === 0 ? firstBatch : nextBatch;
  }

  #groupIsFull(): boolean {
    return this.#written.length >= maxAppends || this.#writtenCharacters >= maxCharacters;
  }

  /** Hands over the next batch; an empty one when the group is full. */
  #write(commit: boolean): void {
    const appends = this.#groupIsFull() ? [] : this.#waiting.splice(0, this.#batchSize);
    const streams: string[] = [];
    const expected: number[] = [];
    const counts: number[] = [];
    const fields: string[] = [];
    for (const append of appends) {
      this.#written.push(append);
      streams.push(append.stream);
      expected.push(append.expected);
      counts.push(append.count);
      for (const field of append.fields) {
        fields.push(field);
        this.#writtenCharacters += field.length;
      }
    }
    this.#send({ streams, expected, counts, fields }, commit);
  }
}
