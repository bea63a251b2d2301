const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** True for a date and time of RFC 3339 that names a real moment. */
export function isTimestamp(text: string): boolean {
  return rfc3339.test(text) && !Number.isNaN(Date.parse(text));
}

/**
 * True when the moment `limit` has come at `now`. Both are RFC 3339, in any zone.
 *
 * @throws TypeError when one of them is not
 */
export function hasCome(limit: string, now: string): boolean {
  return moment(now) >= moment(limit);
}

function moment(text: string): number {
  if (!isTimestamp(text)) throw new TypeError(`${text} is not a date and time of RFC 3339`);
  return Date.parse(text);
}
