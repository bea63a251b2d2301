import type { HandlerRejection } from '../../command-bus/command-definition.js';
import type { AccessDirectory } from '../authorization/access-directory.js';
import { authorize } from '../authorization/authorize.js';
import type { Principal } from '../authorization/principal.js';
import type { AccountCommand } from '../domain/account.commands.js';
import type { AccountEvent } from '../domain/account.events.js';
import type { AccountState } from '../domain/account.state.js';
import type { WorkspaceCommand } from '../domain/workspace.commands.js';
import type { WorkspaceEvent } from '../domain/workspace.events.js';
import type { WorkspaceState } from '../domain/workspace.state.js';
import type { Prepared, RepeatableCommands } from './repeatable-commands.js';

/** The streams `account-{accountId}`. */
export type AccountStreams = RepeatableCommands<AccountCommand, AccountEvent, AccountState>;

/** The streams `workspace-{name}`. */
export type WorkspaceStreams = RepeatableCommands<WorkspaceCommand, WorkspaceEvent, WorkspaceState>;

/** The command, if the caller is an admin of its workspace. */
export async function forAdmin<C extends WorkspaceCommand>(
  directory: Pick<AccessDirectory, 'roleOf'>,
  caller: Principal,
  command: C,
): Promise<Prepared<C>> {
  const authorization = await authorize(directory, caller, command.data.workspace, 'admin');
  return authorization.kind === 'refused' ? refuse(authorization.rejection) : { kind: 'command', command };
}

export function refuse(rejection: HandlerRejection): { kind: 'rejected'; rejection: HandlerRejection } {
  return { kind: 'rejected', rejection };
}

/** The operator can always add another admin, and so may leave a workspace without one. */
export function allowNoAdmin(caller: Principal): { readonly allowNoAdmin?: true } {
  return caller.kind === 'operator' ? { allowNoAdmin: true } : {};
}
