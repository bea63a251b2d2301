/** How often a request is repeated and how long is waited before. */
export interface RetryPolicy {
  /** Repetitions after the first try. */
  readonly retries: number;
  /** Milliseconds before the first repetition; doubled for each further one. */
  readonly baseDelay: number;
  /** No single wait is longer; a service that asks for more is taken to be unavailable. In milliseconds. */
  readonly maximumDelay: number;
}

export const defaultRetryPolicy: RetryPolicy = { retries: 4, baseDelay: 250, maximumDelay: 30_000 };

/** True for answers after which the same request may succeed. Gateways say 502 and 504 when they lost the answer. */
export function isRetriable(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504;
}

/**
 * Milliseconds to wait before the next try; `undefined` when there shall be none.
 *
 * @param attempt tries so far, from 1
 * @param retryAfter what the service asked for, in milliseconds
 * @param random in [0, 1), spreads clients that were turned away together
 */
export function delayBefore(
  attempt: number,
  retryAfter: number | undefined,
  policy: RetryPolicy,
  random: number,
): number | undefined {
  if (attempt > policy.retries) return undefined;
  const backoff = policy.baseDelay * 2 ** (attempt - 1) * (1 + random / 2);
  const wanted = retryAfter ?? Math.min(backoff, policy.maximumDelay);
  return wanted > policy.maximumDelay ? undefined : Math.round(wanted);
}

/** Milliseconds from a `Retry-After` header, which is a number of seconds or a date. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  // Without a month's name it is no HTTP date, whatever else it can be read as.
  const date = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
