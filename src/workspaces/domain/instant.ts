const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** An RFC 3339 time in the one form that is stored: UTC with milliseconds. `undefined` for anything else. */
export function canonicalInstant(text: string): string | undefined {
  if (!rfc3339.test(text)) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString();
}

/** True from the moment of expiry on, and for an expiry that is no time at all. */
export function hasExpired(expiresAt: string, now: string): boolean {
  return !(Date.parse(expiresAt) > Date.parse(now));
}
