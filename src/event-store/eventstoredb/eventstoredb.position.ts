import type { Position } from '../../event-sourcing/position.js';

/** A place in the log of an EventStoreDB: byte offsets of a transaction and of a record in it. */
export interface LogPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

const digits = 20;
const pattern = /^(\d{20})(?:c|d(\d{20})|e)$/;

/**
 * The position as text that sorts as positions do, by commit and then by prepare: `…c` for no prepare, as checkpoints
 * have while catching up, `…e` for the same as commit, as events have, and `…d…` for any other.
 */
export function toPosition({ commit, prepare }: LogPosition): Position {
  const begin = padded(commit);
  if (prepare === commit) return `${begin}e`;
  return prepare === 0n ? `${begin}c` : `${begin}d${padded(prepare)}`;
}

/** @throws TypeError when the text is not a position of such a store */
export function fromPosition(position: Position): LogPosition {
  const [, begin, other] = pattern.exec(position) ?? [];
  if (begin === undefined) {
    throw new TypeError(
      `${JSON.stringify(position)} is not a position of this event store: twenty digits and a letter are`,
    );
  }
  const commit = BigInt(begin);
  if (other !== undefined) return { commit, prepare: BigInt(other) };
  return { commit, prepare: position.endsWith('e') ? commit : 0n };
}

/** True for a text that is a position of such a store, whether it has come to there or not. */
export function isLogPosition(text: string): boolean {
  return pattern.test(text);
}

function padded(offset: bigint): string {
  return offset.toString().padStart(digits, '0');
}
