import type { CommandExecutor } from '../../event-sourcing/command-executor.js';
import type { CommandLog } from '../../event-sourcing/command-log.js';
import type { AccessDirectory } from '../authorization/access-directory.js';
import type { AccountCommand } from '../domain/account.commands.js';
import type { AccountEvent } from '../domain/account.events.js';
import type { AccountRejection } from '../domain/account.rejections.js';
import type { AccountState } from '../domain/account.state.js';
import type { WorkspaceCommand } from '../domain/workspace.commands.js';
import type { WorkspaceEvent } from '../domain/workspace.events.js';
import type { WorkspaceRejection } from '../domain/workspace.rejections.js';
import type { WorkspaceState } from '../domain/workspace.state.js';
import type { ImageCounter } from '../image-counter.js';
import { AccountHandlers } from './account.handlers.js';
import { ApiKeyHandlers } from './api-key.handlers.js';
import { InvitationAcceptance } from './invitation-acceptance.js';
import { MemberHandlers } from './member.handlers.js';
import { RepeatableCommands } from './repeatable-commands.js';
import type { Visible } from './repeatable-commands.js';
import { ServiceAccountHandlers } from './service-account.handlers.js';
import { WorkspaceHandlers } from './workspace.handlers.js';

export interface AccessHandlerParts {
  readonly accounts: CommandExecutor<AccountCommand, AccountEvent, AccountState, AccountRejection>;
  readonly workspaces: CommandExecutor<WorkspaceCommand, WorkspaceEvent, WorkspaceState, WorkspaceRejection>;
  readonly commandLog: CommandLog;
  readonly directory: AccessDirectory;
  readonly images: ImageCounter;
  /** Resolves once the directory knows of everything up to a position. */
  readonly visible: Visible;
}

/** Every way to change who may do what. */
export class AccessHandlers {
  readonly accounts: AccountHandlers;
  readonly workspaces: WorkspaceHandlers;
  readonly members: MemberHandlers;
  readonly serviceAccounts: ServiceAccountHandlers;
  readonly apiKeys: ApiKeyHandlers;
  readonly invitations: InvitationAcceptance;

  constructor({ accounts, workspaces, commandLog, directory, images, visible }: AccessHandlerParts) {
    const accountStreams = new RepeatableCommands(accounts, commandLog, visible);
    const workspaceStreams = new RepeatableCommands(workspaces, commandLog, visible);
    this.accounts = new AccountHandlers(accountStreams);
    this.workspaces = new WorkspaceHandlers(workspaceStreams, accountStreams, directory, images);
    this.members = new MemberHandlers(workspaceStreams, directory);
    this.serviceAccounts = new ServiceAccountHandlers(workspaceStreams, directory);
    this.apiKeys = new ApiKeyHandlers(workspaceStreams, directory);
    this.invitations = new InvitationAcceptance(workspaceStreams, directory);
  }
}
