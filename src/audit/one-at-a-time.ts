import { StoreUnavailableError } from '../event-sourcing/faults.js';
import { Refusal } from '../http/refusal.js';

/** Makes messages until it is done or the signal aborts. */
export type Work<M> = (signal: AbortSignal) => AsyncGenerator<M, void, undefined>;

interface Running {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** Runs work that takes the whole log in hand, one piece at a time. */
export class OneAtATime {
  #running: Running | undefined;

  /**
   * @param busy what is answered while another one runs
   * @param shutDown what the one that runs is told when the service ends
   */
  constructor(
    private readonly busy: { readonly code: string; readonly message: string },
    private readonly shutDown: string,
  ) {}

  /**
   * @throws Refusal while another one runs
   * @throws StoreUnavailableError when the service is shut down meanwhile
   */
  async *run<M>(signal: AbortSignal, work: Work<M>): AsyncGenerator<M, void, undefined> {
    if (this.#running !== undefined) throw new Refusal({ ...this.busy, category: 'conflict' });
    const abort = new AbortController();
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#running = { abort, ended };
    try {
      yield* work(AbortSignal.any([signal, abort.signal]));
    } finally {
      this.#running = undefined;
      end();
    }
  }

  /** Breaks off the one that runs, so that the stores can be closed. */
  async end(): Promise<void> {
    this.#running?.abort.abort(new StoreUnavailableError(this.shutDown));
    await this.#running?.ended;
  }
}
