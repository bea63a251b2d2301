import type { CommandRequest } from '../../command-bus/command-definition.js';
import type { AccessDirectory } from '../authorization/access-directory.js';
import { serviceAccountPrincipal, userPrincipal } from '../domain/principal-name.js';
import type { WorkspaceCommand } from '../domain/workspace.commands.js';
import type { Role } from '../domain/workspace.events.js';
import { workspaceRejection } from '../domain/workspace.rejections.js';
import type { WorkspaceState } from '../domain/workspace.state.js';
import { workspaceStream } from '../domain/workspace.stream.js';
import type { WorkspaceStreams } from './access-streams.js';
import { allowNoAdmin, forAdmin, refuse } from './access-streams.js';
import { findMember } from './find-member.js';
import type { People } from './find-member.js';
import type { HandlerOutcome } from './repeatable-commands.js';

const invitationDays = 7;
const millisecondsOfDay = 86_400_000;

/** A member that is known by name: a user by the `sub` of its tokens, or a service account by its client id. */
export type NewMember = { readonly sub: string; readonly email?: string } | { readonly clientId: string };

/** The people and machines of a workspace. For its admins. */
export class MemberHandlers {
  constructor(
    private readonly workspaces: WorkspaceStreams,
    private readonly directory: Pick<AccessDirectory, 'roleOf' | 'serviceAccount'>,
  ) {}

  /** Invites whoever signs in under this verified address within seven days. Inviting again renews the invitation. */
  invite(
    data: { readonly workspace: string; readonly email: string; readonly role: Role },
    request: CommandRequest,
  ): Promise<HandlerOutcome> {
    const expiresAt = new Date(
      Date.parse(request.context.occurredAt) + invitationDays * millisecondsOfDay,
    ).toISOString();
    return this.#run({ type: 'InviteMember', data: { ...data, expiresAt } }, request);
  }

  revokeInvitation(
    data: { readonly workspace: string; readonly email: string },
    request: CommandRequest,
  ): Promise<HandlerOutcome> {
    return this.#run({ type: 'RevokeInvitation', data }, request);
  }

  /** Adds a member at once. A service account may belong to another workspace. */
  add(
    data: { readonly workspace: string; readonly role: Role; readonly member: NewMember },
    { caller, context }: CommandRequest,
  ): Promise<HandlerOutcome> {
    const { workspace, role, member } = data;
    return this.workspaces.run(workspaceStream(workspace), context, async () => {
      const prepared = await forAdmin(this.directory, caller, {
        type: 'AddMember',
        data: { workspace, role, ...memberOf(member) },
      });
      if (prepared.kind === 'rejected' || !('clientId' in member)) return prepared;
      if ((await this.directory.serviceAccount(member.clientId)) !== undefined) return prepared;
      return refuse(workspaceRejection('service-account-not-found', `There is no service account ${member.clientId}.`));
    });
  }

  /** `member` is a `sub`, a client id, a principal's name or an e-mail address; it may be one that was only invited. */
  changeRole(
    data: { readonly workspace: string; readonly member: string; readonly role: Role },
    request: CommandRequest,
  ): Promise<HandlerOutcome> {
    const { workspace, member, role } = data;
    return this.#runOnState(workspace, request, (state) => {
      const found = findMember(peopleOf(state), member);
      return found.kind === 'invited'
        ? { type: 'InviteMember', data: { workspace, email: found.email, role, expiresAt: found.expiresAt } }
        : {
            type: 'ChangeMemberRole',
            data: { workspace, principal: found.principal, role, ...allowNoAdmin(request.caller) },
          };
    });
  }

  /** Removes a member, or revokes the invitation of someone who has not come yet. `member` as in {@link changeRole}. */
  remove(
    data: { readonly workspace: string; readonly member: string },
    request: CommandRequest,
  ): Promise<HandlerOutcome> {
    const { workspace, member } = data;
    return this.#runOnState(workspace, request, (state) => {
      const found = findMember(peopleOf(state), member);
      return found.kind === 'invited'
        ? { type: 'RevokeInvitation', data: { workspace, email: found.email } }
        : { type: 'RemoveMember', data: { workspace, principal: found.principal, ...allowNoAdmin(request.caller) } };
    });
  }

  #runOnState(
    workspace: string,
    { caller, context }: CommandRequest,
    commandFor: (state: WorkspaceState) => WorkspaceCommand,
  ): Promise<HandlerOutcome> {
    const stream = workspaceStream(workspace);
    return this.workspaces.run(stream, context, async () =>
      forAdmin(this.directory, caller, commandFor(await this.workspaces.stateOf(stream))),
    );
  }

  #run(command: WorkspaceCommand, { caller, context }: CommandRequest): Promise<HandlerOutcome> {
    return this.workspaces.run(workspaceStream(command.data.workspace), context, () =>
      forAdmin(this.directory, caller, command),
    );
  }
}

function memberOf(member: NewMember): { readonly principal: string; readonly email?: string } {
  if ('clientId' in member) return { principal: serviceAccountPrincipal(member.clientId) };
  const { sub, email } = member;
  return { principal: userPrincipal(sub), ...(email !== undefined && { email }) };
}

function peopleOf(state: WorkspaceState): People {
  if (state.kind !== 'active') return { members: new Map(), invitations: new Map() };
  return {
    members: new Map(state.members.map(({ email }) => email)),
    invitations: new Map(state.invitations.map(({ expiresAt }) => expiresAt)),
  };
}
