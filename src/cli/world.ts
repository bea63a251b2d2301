import { homedir } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { InterruptedError } from './cli-error.js';

/** A stream for input that may be a terminal. */
export type Input = Readable & { readonly isTTY?: boolean };

/** A stream for output that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Everything a command touches outside of itself and the service. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /**
   * A signal that aborts with an {@link InterruptedError} when the person stops the command. Asking for it takes over
   * the interrupt key, so a command that handles it otherwise does not ask.
   */
  interruption(): AbortSignal;
  /** @throws the reason of the signal when it aborts first */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** The world of a real process. */
export function processWorld(): World {
  let controller: AbortController | undefined;
  return {
    env: process.env,
    homeDirectory: homedir(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    interruption() {
      controller ??= takeOverInterruptKey();
      return controller.signal;
    },
    async sleep(milliseconds, signal) {
      try {
        await wait(milliseconds, undefined, { signal });
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      }
    },
  };
}

function takeOverInterruptKey(): AbortController {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const reason = new InterruptedError(signal);
      // The second time means: now.
      if (controller.signal.aborted) process.exit(reason.exitCode);
      controller.abort(reason);
    });
  }
  return controller;
}
