import type { CommandContext } from '../event-sourcing/command.js';
import type { Rejection } from '../event-sourcing/decider.js';
import type { Position } from '../event-sourcing/position.js';
import type { RejectionCategory } from '../vocabulary/rejection-category.js';
import type { Principal } from '../workspaces/authorization/principal.js';

/** Who asks, and everything that ends up in the metadata. */
export interface CommandRequest {
  readonly caller: Principal;
  readonly context: CommandContext;
}

/** A refusal by a handler: of a stream's rules, or of what is checked before the stream is asked. */
export interface HandlerRejection extends Rejection {
  readonly category: RejectionCategory;
}

/** What the sender of a command is told. */
export type CommandAnswer =
  | {
      readonly kind: 'accepted' | 'already-so';
      readonly stream?: string;
      readonly revision?: bigint | undefined;
      readonly position?: Position | undefined;
      /** What the sender cannot know otherwise, such as an id made here. */
      readonly result?: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'rejected'; readonly rejection: HandlerRejection };

/** A class whose decorators say what a payload must look like. */
export type PayloadClass<P extends object> = new () => P;

/** One command of the bus: its name, the shape of its payload, and what to do with it. */
export interface CommandDefinition {
  readonly type: string;
  readonly payload: PayloadClass<object>;
  handle(payload: object, request: CommandRequest): Promise<CommandAnswer>;
}

/**
 * Ties a command's name to its payload class and its handler.
 *
 * @example
 * defineCommand('PushTag', PushTagDto, (payload, request) => handlers.pushTag(…, request));
 */
export function defineCommand<P extends object>(
  type: string,
  payload: PayloadClass<P>,
  handle: (payload: P, request: CommandRequest) => Promise<CommandAnswer>,
): CommandDefinition {
  return {
    type,
    payload,
    handle(given, request) {
      if (!(given instanceof payload)) throw new TypeError(`the payload of ${type} was not validated`);
      return handle(given, request);
    },
  };
}
