import type { CommandRequest, HandlerRejection } from '../../command-bus/command-definition.js';
import type { AccessDirectory } from '../authorization/access-directory.js';
import { authorize } from '../authorization/authorize.js';
import { principalName } from '../authorization/principal.js';
import type { Principal } from '../authorization/principal.js';
import { accountRejection } from '../domain/account.rejections.js';
import type { CreateWorkspace as CreateWorkspaceCommand, UpdateWorkspace } from '../domain/workspace.commands.js';
import { accountStream, workspaceStream } from '../domain/workspace.stream.js';
import type { ImageCounter } from '../image-counter.js';
import type { AccountStreams, WorkspaceStreams } from './access-streams.js';
import { forAdmin, refuse } from './access-streams.js';
import type { HandlerOutcome } from './repeatable-commands.js';

export interface CreateWorkspace {
  readonly workspace: string;
  /** The operator must give it. An admin may leave it out when all of its workspaces are in one account. */
  readonly accountId?: string;
  /** Default: the name. */
  readonly displayName?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

interface Refused {
  readonly kind: 'rejected';
  readonly rejection: HandlerRejection;
}

/** Opens, changes and ends workspaces. */
export class WorkspaceHandlers {
  constructor(
    private readonly workspaces: WorkspaceStreams,
    private readonly accounts: AccountStreams,
    private readonly directory: Pick<AccessDirectory, 'roleOf' | 'workspacesOf'>,
    private readonly images: ImageCounter,
  ) {}

  /** For the operator, and for admins of another workspace of the same account, who become admins of the new one. */
  create(data: CreateWorkspace, { caller, context }: CommandRequest): Promise<HandlerOutcome> {
    const { workspace, displayName = workspace, labels = {} } = data;
    return this.workspaces.run(workspaceStream(workspace), context, async () => {
      const account = await this.#accountFor(data.accountId, caller);
      if (account.kind === 'rejected') return account;
      const { accountId } = account;
      return {
        kind: 'command',
        command: { type: 'CreateWorkspace', data: { workspace, accountId, displayName, labels, ...creatorOf(caller) } },
      };
    });
  }

  /** For admins. */
  update(data: UpdateWorkspace, { caller, context }: CommandRequest): Promise<HandlerOutcome> {
    return this.workspaces.run(workspaceStream(data.workspace), context, () =>
      forAdmin(this.directory, caller, { type: 'UpdateWorkspace', data }),
    );
  }

  /** For admins. Refused while the workspace holds images. Its name stays taken. */
  delete({ workspace }: { readonly workspace: string }, { caller, context }: CommandRequest): Promise<HandlerOutcome> {
    return this.workspaces.run(workspaceStream(workspace), context, async () => {
      const authorization = await authorize(this.directory, caller, workspace, 'admin');
      if (authorization.kind === 'refused') return refuse(authorization.rejection);
      const images = await this.images.count(workspace);
      return { kind: 'command', command: { type: 'DeleteWorkspace', data: { workspace, images } } };
    });
  }

  /** Why this principal may not create workspaces at all; `undefined` when it may. */
  async creationRefusal(caller: Principal): Promise<HandlerRejection | undefined> {
    if (caller.kind === 'operator' || (await this.#accountsOf(caller)).size > 0) return undefined;
    return creationForbidden(caller);
  }

  /** Accounts of others get the very same answer whether they exist or not. */
  async #accountFor(
    given: string | undefined,
    caller: Principal,
  ): Promise<{ readonly kind: 'account'; readonly accountId: string } | Refused> {
    if (caller.kind === 'operator') return this.#openAccount(given);
    const accounts = await this.#accountsOf(caller);
    const [first, ...others] = accounts;
    if (first === undefined || (given !== undefined && !accounts.has(given))) return refuse(creationForbidden(caller));
    if (given === undefined && others.length > 0) {
      return refuse(accountMissing(`You are an admin in the accounts ${[...accounts].join(', ')}. Say which one.`));
    }
    return { kind: 'account', accountId: given ?? first };
  }

  async #openAccount(given: string | undefined): Promise<{ kind: 'account'; accountId: string } | Refused> {
    if (given === undefined) return refuse(accountMissing('Say which account the workspace is for.'));
    const account = await this.accounts.stateOf(accountStream(given));
    if (account.kind === 'open') return { kind: 'account', accountId: given };
    return refuse(accountRejection('account-not-found', `There is no account ${given}.`));
  }

  async #accountsOf(caller: Principal): Promise<ReadonlySet<string>> {
    const held = await this.directory.workspacesOf(caller);
    return new Set(held.filter(({ role }) => role === 'admin').map(({ workspace }) => workspace.accountId));
  }
}

function creatorOf(caller: Principal): Pick<CreateWorkspaceCommand, 'creator'> {
  if (caller.kind === 'operator') return {};
  const email = caller.kind === 'user' ? caller.email : undefined;
  return { creator: { principal: principalName(caller), ...(email !== undefined && { email }) } };
}

function creationForbidden(caller: Principal): HandlerRejection {
  return {
    code: 'creation-forbidden',
    category: 'forbidden',
    message: `${principalName(caller)} may not create workspaces there: that takes the operator, or an admin of another workspace of the account.`,
  };
}

function accountMissing(message: string): HandlerRejection {
  return { code: 'account-missing', category: 'invalid', message };
}
