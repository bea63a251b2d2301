import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import { NoAnswerError, isAboutTls, judge } from './eventstoredb.faults.js';

/** How long the connection waits for what; all in milliseconds. */
export interface ConnectionTimes {
  /** For the answer to one call. */
  readonly answerMs: number;
  /** For an outcome, over all repetitions of a call. */
  readonly patienceMs: number;
  /** A client that has failed for so long is replaced: it may hold on to a node that is gone. */
  readonly replaceMs: number;
}

export const defaultTimes: ConnectionTimes = { answerMs: 2_500, patienceMs: 8_000, replaceMs: 1_500 };

/** One client, and a signal for when another has taken its place. */
export interface ClientLease {
  readonly client: EventStoreDBClient;
  readonly replaced: AbortSignal;
}

const firstPauseMs = 25;
const lastPauseMs = 250;
const disposeMs = 1_000;

/**
 * Keeps a client that works.
 *
 * There is one at a time: the client library rejects the appends under way of every client of the process when the
 * stream of one breaks, so a new one takes over only once the old one has ended its streams.
 */
export class EventStoreDbConnection {
  #current: { readonly client: EventStoreDBClient; readonly abort: AbortController };
  #replacing: Promise<void> | undefined;
  /** Since when nothing has succeeded, and what was said last. */
  #failing: { readonly since: number; message: string } | undefined;
  #closed = false;
  #replacements = 0;

  constructor(
    /** Makes the n-th client, on a connection of its own. */
    private readonly connect: (nth: number) => EventStoreDBClient,
    private readonly times: ConnectionTimes = defaultTimes,
  ) {
    this.#current = { client: connect(0), abort: new AbortController() };
  }

  /** What the store fails with; `undefined` while it answers. */
  get fault(): string | undefined {
    return this.#failing?.message;
  }

  /** The client of the moment. */
  async lease(): Promise<ClientLease> {
    await this.#replacing;
    if (this.#closed) throw new StoreUnavailableError('the event store is closed');
    return { client: this.#current.client, replaced: this.#current.abort.signal };
  }

  /**
   * Makes a call, again and again until its outcome is known. The call must be one that may be repeated.
   *
   * @throws StoreUnavailableError when that takes longer than the connection has patience
   */
  async call<T>(what: string, work: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
    const giveUpAt = Date.now() + this.times.patienceMs;
    for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, lastPauseMs)) {
      const { client } = await this.lease();
      try {
        const result = await this.#answered(what, work(client));
        this.#failing = undefined;
        return result;
      } catch (thrown) {
        const fault = judge(thrown);
        if (fault.kind === 'lasting') throw fault.error;
        this.failed(client, thrown);
        // No waiting mends a certificate.
        if (isAboutTls(fault.message) || Date.now() + pause >= giveUpAt) throw unavailable(what, fault.message, thrown);
        await sleep(pause);
      }
    }
  }

  /** Notes a fault that passes; replaces the client when it has failed for long, or does not answer at all. */
  failed(client: EventStoreDBClient, thrown: unknown): void {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const now = Date.now();
    this.#failing = { since: this.#failing?.since ?? now, message };
    if (client !== this.#current.client || this.#replacing !== undefined || this.#closed) return;
    if (thrown instanceof NoAnswerError || now - this.#failing.since >= this.times.replaceMs) {
      this.#failing = { since: now, message };
      this.#replacing = this.#replace();
    }
  }

  /** Says that the store has answered. */
  succeeded(): void {
    this.#failing = undefined;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#replacing;
    await this.#end();
  }

  async #replace(): Promise<void> {
    await this.#end();
    this.#replacements += 1;
    this.#current = { client: this.connect(this.#replacements), abort: new AbortController() };
    this.#replacing = undefined;
  }

  async #end(): Promise<void> {
    const { client, abort } = this.#current;
    abort.abort();
    await Promise.race([client.dispose(), sleep(disposeMs, undefined, { ref: false })]);
  }

  /** The library has no timer of its own for appends: a server that is frozen would keep them for ever. */
  async #answered<T>(what: string, answer: Promise<T>): Promise<T> {
    const { answerMs } = this.times;
    const late = new AbortController();
    try {
      return await Promise.race([
        answer,
        sleep(answerMs, undefined, { signal: late.signal }).then((): never => {
          throw new NoAnswerError(`no answer to ${what} within ${answerMs} ms`);
        }),
      ]);
    } finally {
      late.abort();
    }
  }
}

function unavailable(what: string, message: string, cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError(
    `the event store could not ${what}: ${message}. What was answered before is safe; try again later`,
    { cause },
  );
}
