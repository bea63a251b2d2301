/**
 * A point in the global order of events.
 *
 * Opaque to clients: only its adapter knows what it means. Two positions of the same store compare
 * in order with plain string comparison; `undefined` stands for "before the first event".
 */
export type Position = string;

/** Orders two positions of the same store; `undefined` comes before everything. */
export function comparePositions(a: Position | undefined, b: Position | undefined): -1 | 0 | 1 {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a < b ? -1 : 1;
}

/** True when everything up to `wanted` has been passed at `reached`. */
export function hasPassed(reached: Position | undefined, wanted: Position | undefined): boolean {
  return comparePositions(reached, wanted) >= 0;
}
