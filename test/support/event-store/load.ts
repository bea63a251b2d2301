import type { EventStore, ExpectedRevision } from '../../../src/event-sourcing/event-store.js';
import type { NewEvent } from '../../../src/event-sourcing/event.js';
import { StoreUnavailableError } from '../../../src/event-sourcing/faults.js';
import { anEvent } from './events.js';

/** What writers have done, and how long nobody got an answer. */
export interface LoadReport {
  /** The id of every event that was answered for. */
  readonly answered: readonly string[];
  /** The longest time, in milliseconds, in which no append was answered. */
  readonly longestPauseMs: number;
  /** How often a store gave up an append; it was sent again each time. */
  readonly refusals: number;
}

/** Writers, each on a stream of its own, that append until they are told to stop. */
export class Load {
  readonly #stop = new AbortController();
  readonly #answered: string[] = [];
  readonly #writing: Promise<unknown>;
  #last = performance.now();
  #longestPauseMs = 0;
  #refusals = 0;

  constructor(
    private readonly store: EventStore,
    writers: number,
    private readonly size = 0,
  ) {
    this.#writing = Promise.all(Array.from({ length: writers }, (_, writer) => this.#write(`load-${writer}`)));
  }

  /** How many events were answered for so far. */
  get count(): number {
    return this.#answered.length;
  }

  async stop(): Promise<LoadReport> {
    this.#stop.abort();
    await this.#writing;
    return { answered: this.#answered, longestPauseMs: this.#longestPauseMs, refusals: this.#refusals };
  }

  async #write(stream: string): Promise<void> {
    let expected: ExpectedRevision = 'no-stream';
    while (!this.#stop.signal.aborted) {
      expected = await this.#settled(stream, expected, anEvent({ text: 'x'.repeat(this.size) }));
    }
  }

  /** Sends one event, with the same id and expectation, until there is an answer. A closed store ends the load. */
  async #settled(stream: string, expected: ExpectedRevision, event: NewEvent): Promise<ExpectedRevision> {
    for (;;) {
      try {
        const result = await this.store.append(stream, expected, [event]);
        if (result.kind === 'conflict') throw new Error(`${stream} has another writer: it is at ${result.actual}`);
        this.#note(event.id);
        return result.revision;
      } catch (fault) {
        if (!(fault instanceof StoreUnavailableError)) throw fault;
        if (fault.message.includes('closed')) {
          this.#stop.abort();
          return expected;
        }
        this.#refusals += 1;
      }
    }
  }

  #note(id: string): void {
    const now = performance.now();
    this.#longestPauseMs = Math.max(this.#longestPauseMs, Math.round(now - this.#last));
    this.#last = now;
    this.#answered.push(id);
  }
}
