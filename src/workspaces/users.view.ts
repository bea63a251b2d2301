import type { InvitationView, MemberView } from './authorization/access-directory.js';
import { hasExpired } from './domain/instant.js';
import { parsePrincipal } from './domain/principal-name.js';
import type { PendingInvitationDto, WorkspaceUserDto } from './users.dto.js';

/** A member as the management API shows it. */
export function userJson({ principal, role, email }: MemberView): WorkspaceUserDto {
  const named = parsePrincipal(principal);
  if (named === undefined) throw new TypeError(`${principal} is a member and no principal`);
  return {
    ...(named.kind === 'user'
      ? ({ sub: named.sub, type: 'user' } as const)
      : ({ sub: named.clientId, type: 'service_account' } as const)),
    ...(email !== undefined && { email }),
    role,
    accepted: true,
    expired: false,
  };
}

/** Someone invited, among the members. `now` is RFC 3339. */
export function invitedJson({ email, role, expiresAt }: InvitationView, now: string): WorkspaceUserDto {
  return { type: 'user', email, role, accepted: false, expired: hasExpired(expiresAt, now) };
}

export function invitationJson(invitation: InvitationView): PendingInvitationDto {
  const { email, role, workspace, expiresAt, invitedAt, invitedBy } = invitation;
  return {
    email,
    role,
    workspace,
    invitedBy,
    expiresAt,
    createdAt: invitedAt,
    createdBy: invitedBy,
    updatedAt: invitedAt,
    updatedBy: invitedBy,
  };
}
