import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import type { SteadyClient } from './eventstoredb.client.js';
import { NoAnswerError, isAboutTls, judge } from './eventstoredb.faults.js';
import { StoreTrouble } from './store-trouble.js';
import type { Use } from './store-trouble.js';

/** How long the connection waits for what; all in milliseconds. */
export interface ConnectionTimes {
  /** For a sign of life from the server during one call. */
  readonly answerMs: number;
  /** The same for the first tries while the store is known to fail: a node that is gone is found out sooner. */
  readonly quickAnswerMs: number;
  /** For an outcome, over all repetitions of a call. */
  readonly patienceMs: number;
  /** A client that has failed for so long is replaced: it may hold on to a node that is gone. */
  readonly replaceMs: number;
  /** So long a server must deny that it has a position before it is believed. */
  readonly beliefMs: number;
}

export const defaultTimes: ConnectionTimes = {
  answerMs: 2_500,
  quickAnswerMs: 1_000,
  patienceMs: 8_000,
  replaceMs: 1_500,
  beliefMs: 5_000,
};

/** One client, and a signal for when another has taken its place. */
export interface ClientLease {
  readonly client: SteadyClient;
  readonly replaced: AbortSignal;
}

/** One try of a call. `heard` is to be called for every sign of life before the result. */
export type Work<T> = (client: SteadyClient, heard: () => void) => Promise<T>;

interface Current extends ClientLease {
  readonly abort: AbortController;
  /** What is waited for over this client. */
  readonly waiting: Set<(fault: Error) => void>;
}

const firstPauseMs = 25;
const lastPauseMs = 250;
const endMs = 1_000;
const quickTries = 2;

/** Keeps a client that works. There is one at a time. */
export class EventStoreDbConnection {
  readonly trouble: StoreTrouble;
  readonly #times: ConnectionTimes;
  #current: Current;
  #replacing: Promise<void> | undefined;
  #probing: Promise<void> | undefined;
  #closed = false;
  #replacements = 0;

  constructor(
    /** Makes the n-th client, on a connection of its own. */
    private readonly connect: (nth: number) => SteadyClient,
    times: Partial<ConnectionTimes> = {},
  ) {
    this.#times = { ...defaultTimes, ...times };
    this.trouble = new StoreTrouble(this.#times.replaceMs);
    this.#current = leased(connect(0));
  }

  get times(): ConnectionTimes {
    return this.#times;
  }

  /** The client of the moment. */
  async lease(): Promise<ClientLease> {
    while (this.#replacing !== undefined) await this.#replacing;
    if (this.#closed) throw closed();
    return this.#current;
  }

  /**
   * Makes a call, again and again until its outcome is known. The call must be one that may be repeated.
   *
   * @throws StoreUnavailableError when that takes longer than the connection has patience
   */
  async call<T>(use: Use, what: string, work: Work<T>): Promise<T> {
    const giveUpAt = Date.now() + this.#times.patienceMs;
    let said: string | undefined;
    for (let tries = 0, pause = firstPauseMs; ; tries += 1, pause = Math.min(pause * 2, lastPauseMs)) {
      while (this.#replacing !== undefined) await this.#replacing;
      if (this.#closed) throw closed();
      const current = this.#current;
      const quick = tries < quickTries && this.trouble.now !== undefined;
      const waitMs = Math.min(quick ? this.#times.quickAnswerMs : this.#times.answerMs, giveUpAt - Date.now());
      try {
        const result = await answered(current, what, waitMs, work);
        this.trouble.over(use);
        return result;
      } catch (thrown) {
        const fault = judge(thrown);
        if (fault.kind === 'lasting') {
          if (fault.error instanceof StoreUnavailableError) this.trouble.met(use, fault.error.message);
          throw fault.error;
        }
        this.failed(use, current.client, thrown);
        // A try that time was too short for says less than the one before.
        if (said === undefined || !(thrown instanceof NoAnswerError)) said = fault.message;
        // No waiting mends a certificate.
        if (isAboutTls(said) || Date.now() + pause >= giveUpAt) throw unavailable(what, said, thrown);
        await sleep(pause);
      }
    }
  }

  /** Notes a fault that passes; replaces the client when it has failed for long, or does not answer at all. */
  failed(use: Use, client: SteadyClient, thrown: unknown): void {
    const lasts = this.trouble.met(use, thrown instanceof Error ? thrown.message : String(thrown));
    if (client !== this.#current.client || this.#replacing !== undefined || this.#closed) return;
    if (thrown instanceof NoAnswerError || lasts) {
      this.trouble.startAnew();
      this.#replacing = this.#replace();
    }
  }

  /** Makes a call in the background, for nothing but to learn whether the store answers. One at a time. */
  probe(work: Work<unknown>): void {
    if (this.#closed) return;
    this.#probing ??= this.call('probe', 'answer', work)
      .then(
        () => undefined,
        // What is wrong has been noted, which is all it was made for.
        () => undefined,
      )
      .finally(() => {
        this.#probing = undefined;
      });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#replacing;
    await this.#end(closed());
    await this.#probing;
  }

  async #replace(): Promise<void> {
    await this.#end(new Error('the connection to the event store was given up and made anew'));
    this.#replacements += 1;
    try {
      this.#current = leased(this.connect(this.#replacements));
    } catch (fault) {
      // Such as a certificate that cannot be read just now. The old client refuses everything, until this is tried again.
      this.trouble.met('probe', fault instanceof Error ? fault.message : String(fault));
    }
    this.#replacing = undefined;
  }

  async #end(reason: Error): Promise<void> {
    const { client, abort, waiting } = this.#current;
    abort.abort();
    // The library never answers a read that it has cancelled itself.
    for (const giveUp of waiting) giveUp(reason);
    waiting.clear();
    await Promise.race([client.end(), sleep(endMs, undefined, { ref: false })]);
  }
}

function leased(client: SteadyClient): Current {
  const abort = new AbortController();
  return { client, abort, replaced: abort.signal, waiting: new Set() };
}

/** The library has no timer of its own for appends, nor for reads: a server that is frozen would keep them for ever. */
function answered<T>({ client, waiting }: Current, what: string, waitMs: number, work: Work<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      fail(new NoAnswerError(`no answer to the attempt to ${what} within ${waitMs} ms`));
    }, waitMs);
    const settled = (): void => {
      clearTimeout(timer);
      waiting.delete(fail);
    };
    const fail = (fault: unknown): void => {
      settled();
      reject(fault instanceof Error ? fault : new Error(String(fault)));
    };
    waiting.add(fail);
    work(client, () => timer.refresh()).then((result) => {
      settled();
      resolve(result);
    }, fail);
  });
}

function closed(): StoreUnavailableError {
  return new StoreUnavailableError('the event store is closed');
}

function unavailable(what: string, message: string, cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError(
    `the event store could not ${what}: ${message}. What was answered before is safe; try again later`,
    { cause },
  );
}
