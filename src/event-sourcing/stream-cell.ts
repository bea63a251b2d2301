import type { ExpectedRevision } from './event-store.js';
import type { Position } from './position.js';
import type { RecentCommands } from './recent-commands.js';

/** The folded state of one stream as this process knows it, appends under way included. */
export interface StreamCell<S> {
  state: S;
  /** The revision that `state` reflects, appends under way included. */
  revision: ExpectedRevision;
  /** The position of the last event known to be durable. */
  position: Position | undefined;
  readonly recent: RecentCommands;
  /** The last append under way; appends settle in order. Never rejects. */
  settled: Promise<void> | undefined;
  /** An append based on this state failed or met a conflict: nothing may be decided on it any more. */
  broken: boolean;
  /** The revision of the newest snapshot, -1 for none. */
  snapshotRevision: bigint;
}

/** The revision after `count` more events. */
export function advance(revision: ExpectedRevision, count: number): bigint {
  return (revision === 'no-stream' ? -1n : revision) + BigInt(count);
}

/** Whether the state lost its ground while something was awaited. */
export function isBroken(cell: StreamCell<unknown>): boolean {
  return cell.broken;
}
