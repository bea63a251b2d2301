/**
 * The one text of a JSON value, as RFC 8785 makes it: no spaces, members by name, numbers as JavaScript writes them. So
 * two programs that hold the same document have the same text of it, whatever their libraries do.
 *
 * @throws CanonicalJsonError for what JSON cannot hold, and for what is nested more than 64 levels deep
 */
export function canonicalJson(value: unknown): string {
  return textOf(value, 0);
}

/** A value has no canonical text. */
export class CanonicalJsonError extends Error {
  override readonly name = 'CanonicalJsonError';
}

const deepestNesting = 64;

function textOf(value: unknown, depth: number): string {
  if (depth > deepestNesting) throw new CanonicalJsonError(`nested more than ${deepestNesting} levels deep`);
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new CanonicalJsonError(`${value} is no number of JSON`);
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? `[${value.map((item) => textOf(item, depth + 1)).join(',')}]` : members(value, depth + 1);
    case 'undefined':
    case 'function':
    case 'symbol':
    case 'bigint':
      throw new CanonicalJsonError(`JSON has no ${typeof value}`);
  }
}

/** A member that is `undefined` is none, as for `JSON.stringify`. */
function members(value: object, depth: number): string {
  const texts = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${textOf(member, depth)}`);
  return `{${texts.join(',')}}`;
}
