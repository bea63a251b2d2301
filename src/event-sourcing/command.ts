import type { Rejection } from './decider.js';
import type { Position } from './position.js';

/** What comes in with every command beside the command itself. Ends up in the metadata of its events. */
export interface CommandContext {
  /** One effect, for ever: a command sent again with the same id has no second one. */
  readonly commandId: string;
  /**
   * True when the sender chose the id and may send it again; false for an id made here for this one
   * request, which need not be looked up. Only the latter is a bare UUID: see {@link isMadeHere}.
   */
  readonly repeatable: boolean;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly principal: string;
  readonly actor?: string;
  readonly via: string;
  /** RFC 3339 in UTC with milliseconds. */
  readonly occurredAt: string;
  readonly reason?: string;
}

/** What became of a command. */
export type CommandOutcome<R extends Rejection = Rejection> =
  | {
      /** Its events are durable. A repeated command gets the answer of its first run. */
      readonly kind: 'accepted';
      readonly stream: string;
      readonly revision: bigint;
      readonly position: Position;
    }
  | {
      /** Nothing had to change. */
      readonly kind: 'already-so';
      readonly stream: string;
      readonly revision: bigint | undefined;
      readonly position: Position | undefined;
    }
  | { readonly kind: 'rejected'; readonly rejection: R };

const bareUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** True for an id that was made here for one request, a bare UUID. An id that can come again carries more: who chose it, or what it follows from. */
export function isMadeHere(commandId: string): boolean {
  return commandId.length === 36 && bareUuid.test(commandId);
}
