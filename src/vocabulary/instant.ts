const rfc3339 = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;

/**
 * The milliseconds since 1970 of a time in RFC 3339; `undefined` for anything else, days that no month has
 * included. Anything finer than a millisecond is cut off.
 */
export function parseInstant(text: string): number | undefined {
  const day = rfc3339.exec(text)?.[1];
  if (day === undefined || !isDay(day)) return undefined;
  const milliseconds = Date.parse(text.toUpperCase());
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** The platform takes the 30th of February for the 2nd of March. */
function isDay(text: string): boolean {
  const midnight = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text);
}
