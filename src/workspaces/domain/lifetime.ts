/** A number of hours, days or weeks. */
export const lifetimePattern = /^([1-9]\d{0,5})([hdw])$/;
const millisecondsOf: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const longestYears = 10;

/** A positive number of hours, days or weeks: `24h`, `30d`, `1w`. */
export function isLifetime(text: string): boolean {
  return lifetimePattern.test(text);
}

/**
 * The moment at which something ends that begins at `now` and lives so long: RFC 3339 in UTC with milliseconds.
 * `undefined` for no lifetime, and for one of more than ten years.
 */
export function endOf(lifetime: string, now: string): string | undefined {
  const [, amount, unit] = lifetimePattern.exec(lifetime) ?? [];
  const milliseconds = unit === undefined ? undefined : millisecondsOf[unit];
  if (amount === undefined || milliseconds === undefined) return undefined;
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + longestYears);
  const end = Date.parse(now) + Number(amount) * milliseconds;
  return end <= latest.getTime() ? new Date(end).toISOString() : undefined;
}
