const longestMs = 24 * 3_600_000;

/**
 * The milliseconds that a `Retry-After` asks to wait, a day at most; `undefined` for none, or for one that is neither
 * seconds nor a date.
 *
 * @param now milliseconds since 1970
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^\d{1,10}$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), longestMs);
}
