import { alreadySo, events, rejected } from '../../event-sourcing/decider.js';
import { isEmail, normalizeEmail } from './email.js';
import { canonicalInstant, hasExpired } from './instant.js';
import { parsePrincipal } from './principal-name.js';
import type {
  AcceptInvitation,
  AddMember,
  ChangeMemberRole,
  InviteMember,
  RemoveMember,
  RevokeInvitation,
} from './workspace.commands.js';
import type { WorkspaceDecision } from './workspace.decision.js';
import type { Role, WorkspaceEvent } from './workspace.events.js';
import { workspaceRejection } from './workspace.rejections.js';
import type { WorkspaceRejection } from './workspace.rejections.js';
import { adminCount } from './workspace.state.js';
import type { ActiveWorkspace } from './workspace.state.js';

/** What is wrong with a would-be member's name or address. */
export function memberFault(principal: string, email: string | undefined): WorkspaceRejection | undefined {
  if (parsePrincipal(principal) === undefined) {
    return workspaceRejection(
      'invalid-principal',
      `"${principal}" cannot be a member; a principal is user:SUB or service-account:CLIENTID.`,
    );
  }
  return email === undefined ? undefined : emailFault(email);
}

/** The data of MemberAdded. */
export function memberData(
  principal: string,
  role: Role,
  email: string | undefined,
): { readonly principal: string; readonly role: Role; readonly email?: string } {
  return email === undefined ? { principal, role } : { principal, role, email: normalizeEmail(email) };
}

/** Why this member may not stop being an admin; `undefined` when another admin remains or none is needed. */
export function lastAdminFault(
  command: { readonly workspace: string; readonly allowNoAdmin?: boolean },
  principal: string,
  state: ActiveWorkspace,
): WorkspaceRejection | undefined {
  if (command.allowNoAdmin === true || state.members.get(principal)?.role !== 'admin') return undefined;
  if (adminCount(state) > 1) return undefined;
  return workspaceRejection(
    'last-admin',
    `${principal} is the last admin of workspace ${command.workspace}; make another member admin first.`,
  );
}

export function inviteMember(command: InviteMember, state: ActiveWorkspace): WorkspaceDecision {
  const fault = emailFault(command.email);
  if (fault !== undefined) return rejected(fault);
  const email = normalizeEmail(command.email);
  const expiresAt = canonicalInstant(command.expiresAt);
  if (expiresAt === undefined) {
    return rejected(
      workspaceRejection('invalid-expiry', `The expiry "${command.expiresAt}" of the invitation is no RFC 3339 time.`),
    );
  }
  if (state.members.some((member) => member.email === email)) {
    return rejected(
      workspaceRejection('member-exists', `${email} is already a member of workspace ${command.workspace}.`),
    );
  }
  const present = state.invitations.get(email);
  if (present?.role === command.role && present.expiresAt === expiresAt) return alreadySo;
  return events<WorkspaceEvent>({ type: 'MemberInvited', data: { email, role: command.role, expiresAt } });
}

export function acceptInvitation(command: AcceptInvitation, state: ActiveWorkspace): WorkspaceDecision {
  const { workspace, principal, now } = command;
  const fault = memberFault(principal, command.email);
  if (fault !== undefined) return rejected(fault);
  const email = normalizeEmail(command.email);
  const invitation = state.invitations.get(email);
  const member = state.members.get(principal);
  if (invitation === undefined) {
    if (member?.email === email) return alreadySo;
    return rejected(
      workspaceRejection('invitation-not-found', `${email} has no invitation to workspace ${workspace}.`),
    );
  }
  if (hasExpired(invitation.expiresAt, now)) {
    return rejected(
      workspaceRejection(
        'invitation-expired',
        `The invitation of ${email} to workspace ${workspace} expired at ${invitation.expiresAt}; ask for a new one.`,
      ),
    );
  }
  if (member === undefined) {
    return events<WorkspaceEvent>({ type: 'MemberAdded', data: memberData(principal, invitation.role, email) });
  }
  // Someone who became a member without an address and was then invited: the invitation may raise a role, never lower it.
  const usedUp = { type: 'InvitationRevoked', data: { email } } as const;
  if (invitation.role === 'member' || member.role === 'admin') return events<WorkspaceEvent>(usedUp);
  return events<WorkspaceEvent>({ type: 'MemberRoleChanged', data: { principal, role: invitation.role } }, usedUp);
}

export function revokeInvitation(command: RevokeInvitation, state: ActiveWorkspace): WorkspaceDecision {
  const email = normalizeEmail(command.email);
  if (!state.invitations.has(email)) {
    return rejected(
      workspaceRejection('invitation-not-found', `${email} has no invitation to workspace ${command.workspace}.`),
    );
  }
  return events<WorkspaceEvent>({ type: 'InvitationRevoked', data: { email } });
}

export function addMember(command: AddMember, state: ActiveWorkspace): WorkspaceDecision {
  const { workspace, principal, role } = command;
  const fault = memberFault(principal, command.email) ?? endedServiceAccountFault(command, state);
  if (fault !== undefined) return rejected(fault);
  const data = memberData(principal, role, command.email);
  const present = state.members.get(principal);
  if (present === undefined) return events<WorkspaceEvent>({ type: 'MemberAdded', data });
  if (present.role === role && (data.email === undefined || data.email === present.email)) return alreadySo;
  return rejected(
    workspaceRejection(
      'member-exists',
      `${principal} is already a member of workspace ${workspace} as ${present.role}.`,
    ),
  );
}

export function changeMemberRole(command: ChangeMemberRole, state: ActiveWorkspace): WorkspaceDecision {
  const { principal, role } = command;
  const member = state.members.get(principal);
  if (member === undefined) return rejected(memberNotFound(command));
  if (member.role === role) return alreadySo;
  const fault = lastAdminFault(command, principal, state);
  if (fault !== undefined) return rejected(fault);
  return events<WorkspaceEvent>({ type: 'MemberRoleChanged', data: { principal, role } });
}

export function removeMember(command: RemoveMember, state: ActiveWorkspace): WorkspaceDecision {
  const { principal } = command;
  if (!state.members.has(principal)) return rejected(memberNotFound(command));
  const fault = lastAdminFault(command, principal, state);
  if (fault !== undefined) return rejected(fault);
  return events<WorkspaceEvent>({ type: 'MemberRemoved', data: { principal } });
}

function memberNotFound(command: ChangeMemberRole | RemoveMember): WorkspaceRejection {
  return workspaceRejection(
    'member-not-found',
    `${command.principal} is not a member of workspace ${command.workspace}.`,
  );
}

function emailFault(email: string): WorkspaceRejection | undefined {
  if (isEmail(email)) return undefined;
  return workspaceRejection('invalid-email', `"${email}" is not an e-mail address.`);
}

function endedServiceAccountFault(command: AddMember, state: ActiveWorkspace): WorkspaceRejection | undefined {
  const named = parsePrincipal(command.principal);
  if (named?.kind !== 'service-account' || state.serviceAccounts.get(named.clientId)?.deleted !== true)
    return undefined;
  return workspaceRejection(
    'service-account-not-found',
    `Service account ${named.clientId} of workspace ${command.workspace} was deleted.`,
  );
}
