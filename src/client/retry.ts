import { setTimeout as sleep } from 'node:timers/promises';
import type { Message, Reply } from './transports/transport.js';
import { TagalongUnavailableError } from './unavailable.error.js';

/** How long is waited for what. */
export interface Patience {
  /** For the reply to one attempt, in milliseconds. */
  readonly attemptMs: number;
  /** Attempts at most. */
  readonly attempts: number;
  /** Before the second attempt, in milliseconds; doubled for each further one. */
  readonly pauseMs: number;
}

/**
 * Tries until there is a reply other than that it failed or that there was too much to do.
 *
 * @throws TagalongUnavailableError after the last attempt
 * @throws the reason of the signal when that aborts
 */
export async function persistently<T>(
  { id, type }: Message,
  { attemptMs, attempts, pauseMs }: Patience,
  signal: AbortSignal | undefined,
  attempt: (signal: AbortSignal) => Promise<T>,
  failureOf: (result: T) => string | undefined,
): Promise<T> {
  let last: unknown;
  for (let n = 1; n <= attempts; n++) {
    signal?.throwIfAborted();
    const time = AbortSignal.timeout(attemptMs);
    try {
      const result = await attempt(signal === undefined ? time : AbortSignal.any([signal, time]));
      const failure = failureOf(result);
      if (failure === undefined) return result;
      last = new Error(failure);
    } catch (thrown) {
      signal?.throwIfAborted();
      last = thrown;
    }
    const pause = pauseMs * 2 ** (n - 1) * (0.75 + Math.random() / 2);
    if (n < attempts) await sleep(pause, undefined, signal === undefined ? {} : { signal });
  }
  const why = last instanceof Error ? last.message : String(last);
  throw new TagalongUnavailableError(
    `${type} ${id} was not answered, ${attempts} times; the last time: ${why}`,
    id,
    last,
  );
}

/** Why a reply is none yet; `undefined` for one that is. */
export function failureIn({ outcome, code, message = '' }: Reply): string | undefined {
  return outcome === 'failed' || code === 429 ? message : undefined;
}
