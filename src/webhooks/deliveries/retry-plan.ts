/** Waits between the attempts of one delivery, in milliseconds: one fewer than there are attempts. */
export type RetryDelays = readonly number[];

/** The waits when nothing else is said: 5 seconds to 10 hours, eight attempts within 18 hours. */
export const defaultRetrySeconds: readonly number[] = [5, 60, 300, 1_800, 7_200, 18_000, 36_000];

/** Waits differ from the plan by up to this part of them. */
const jitter = 0.2;

/**
 * How long to wait after so many failed attempts; `undefined` when that was the last one.
 *
 * @param retryAfterMs what the receiver asks for; a shorter wait than the plan's does not count
 * @param random from 0 to 1: spreads those who failed together
 */
export function nextWait(
  delays: RetryDelays,
  failed: number,
  retryAfterMs: number | undefined,
  random: number,
): number | undefined {
  const planned = delays[failed - 1];
  if (planned === undefined) return undefined;
  return Math.round(Math.max(planned * (1 - jitter + 2 * jitter * random), retryAfterMs ?? 0));
}
