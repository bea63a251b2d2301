import type { Position } from '../event-sourcing/position.js';

const digits = 16;

/** The position that stands for the n-th event of a store, counted from 1. Sixteen digits, so that text order is number order. */
export function toPosition(sequence: number): Position {
  return String(sequence).padStart(digits, '0');
}

/**
 * The number a position stands for; 0 for `undefined`, "before the first event".
 *
 * @throws TypeError when the text is not a position of an embedded store
 */
export function fromPosition(position: Position | undefined): number {
  if (position === undefined) return 0;
  if (!/^\d{16}$/.test(position)) {
    throw new TypeError(`${JSON.stringify(position)} is not a position of this event store: sixteen digits are`);
  }
  return Number(position);
}

/** True for a text that is a position of an embedded store, whether it has come to there or not. */
export function isNumericPosition(text: string): boolean {
  return /^\d{16}$/.test(text);
}
