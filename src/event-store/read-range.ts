import type { ReadStreamOptions } from '../event-sourcing/event-store.js';

const defaultLimit = 1_000;

/** How many events a read may give. */
export function readLimit(limit: number | undefined): number {
  if (limit === undefined) return defaultLimit;
  if (!Number.isInteger(limit) || limit < 0) throw new RangeError('limit must be a whole number of events');
  return limit;
}

/** The first and the last revision (inclusive) that a read of a stream with this head asks for; `first` is beyond `last` when it asks for nothing. */
export function streamRange(
  head: number,
  options: ReadStreamOptions,
): { readonly first: number; readonly last: number } {
  const limit = readLimit(options.limit);
  if (options.direction === 'backwards') {
    const last = options.from === undefined ? head : Math.min(Number(options.from), head);
    return { first: Math.max(0, last - limit + 1), last };
  }
  const first = options.from === undefined ? 0 : Math.max(0, Number(options.from));
  return { first, last: Math.min(head, first + limit - 1) };
}
