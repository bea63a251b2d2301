import type { CommandRequest, HandlerRejection } from '../../command-bus/command-definition.js';
import type { CommandExecutor } from '../../event-sourcing/command-executor.js';
import type { CommandOutcome } from '../../event-sourcing/command.js';
import { comparePositions } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import { imageStream } from '../../vocabulary/slot.js';
import { authorize } from '../../workspaces/authorization/authorize.js';
import type { Principal } from '../../workspaces/authorization/principal.js';
import type { Role } from '../../workspaces/domain/workspace.events.js';
import type { ImageCommand } from '../domain/image.commands.js';
import type { ImageEvent } from '../domain/image.events.js';
import type { ImageRejection } from '../domain/image.rejections.js';
import type { ImageState } from '../domain/image.state.js';
import type { SharingDirectory } from '../sharing-directory.js';

/** Decides the commands of slots. */
export type SlotExecutor = CommandExecutor<ImageCommand, ImageEvent, ImageState, ImageRejection>;

/** What a handler answers; a rejection is of the slot's rules, or of what is checked before the slot is asked. */
export type HandlerOutcome = CommandOutcome<HandlerRejection>;

/** The refusal when the caller does not hold the role; the same words whether the workspace exists or not. */
export async function requireRole(
  directory: SharingDirectory,
  caller: Principal,
  workspace: string,
  needed: Role,
): Promise<HandlerRejection | undefined> {
  const authorization = await authorize(directory, caller, workspace, needed);
  return authorization.kind === 'refused' ? authorization.rejection : undefined;
}

/** The plain way of a command: check the role, ask the slot. */
export async function decideOnSlot(
  slots: SlotExecutor,
  directory: SharingDirectory,
  request: CommandRequest,
  needed: Role,
  command: ImageCommand,
): Promise<HandlerOutcome> {
  const refused = await requireRole(directory, request.caller, command.data.slot.workspace, needed);
  if (refused !== undefined) return { kind: 'rejected', rejection: refused };
  return slots.execute(imageStream(command.data.slot), command, request.context);
}

/** The outcome with the later of two positions, so that waiting for it shows both slots. */
export function later<O extends Exclude<HandlerOutcome, { kind: 'rejected' }>>(
  outcome: O,
  position: Position | undefined,
): O {
  return comparePositions(outcome.position, position) >= 0 ? outcome : { ...outcome, position };
}
