import type { OnModuleDestroy } from '@nestjs/common';
import { OneAtATime } from './one-at-a-time.js';
import type { VerifyMessage } from './verify.js';

/** Compares the log with the read model; see `verify`. */
export type Verification = (limits: { readonly signal: AbortSignal }) => AsyncGenerator<VerifyMessage, void, undefined>;

/** Runs one verification at a time: each one replays the whole log. */
export class Verifications implements OnModuleDestroy {
  readonly #turn = new OneAtATime(
    {
      code: 'verification-running',
      message: 'A verification is running already. Wait until it has ended, then begin again.',
    },
    'the service is shut down; verify again when it is back',
  );

  constructor(private readonly verification: Verification) {}

  /**
   * Runs a verification. The last message is the result.
   *
   * @throws Refusal while another one runs
   * @throws StoreUnavailableError when the service is shut down meanwhile
   */
  run(signal: AbortSignal): AsyncGenerator<VerifyMessage, void, undefined> {
    return this.#turn.run(signal, (both) => this.verification({ signal: both }));
  }

  async onModuleDestroy(): Promise<void> {
    await this.#turn.end();
  }
}
