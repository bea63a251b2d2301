import type { OnModuleDestroy } from '@nestjs/common';
import { StoreUnavailableError } from '../event-sourcing/faults.js';
import { Refusal } from '../http/refusal.js';
import type { VerifyMessage } from './verify.js';

/** Compares the log with the read model; see `verify`. */
export type Verification = (limits: { readonly signal: AbortSignal }) => AsyncGenerator<VerifyMessage, void, undefined>;

interface Running {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** Runs one verification at a time: each one replays the whole log. */
export class Verifications implements OnModuleDestroy {
  #running: Running | undefined;

  constructor(private readonly verification: Verification) {}

  /**
   * Runs a verification. The last message is the result.
   *
   * @throws Refusal while another one runs
   * @throws StoreUnavailableError when the service is shut down meanwhile
   */
  async *run(signal: AbortSignal): AsyncGenerator<VerifyMessage, void, undefined> {
    if (this.#running !== undefined) throw alreadyRunning();
    const abort = new AbortController();
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#running = { abort, ended };
    try {
      yield* this.verification({ signal: AbortSignal.any([signal, abort.signal]) });
    } finally {
      this.#running = undefined;
      end();
    }
  }

  /** Breaks off the one that runs, so that the stores can be closed. */
  async onModuleDestroy(): Promise<void> {
    this.#running?.abort.abort(new StoreUnavailableError('the service is shut down; verify again when it is back'));
    await this.#running?.ended;
  }
}

function alreadyRunning(): Refusal {
  return new Refusal({
    code: 'verification-running',
    category: 'conflict',
    message: 'A verification is running already. Wait until it has ended, then begin again.',
  });
}
