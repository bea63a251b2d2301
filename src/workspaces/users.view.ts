import { z } from 'zod';
import { principalField, roleField, timeField, workspaceNameField } from '../vocabulary/field-schemas.js';
import type { ShapeOf } from '../vocabulary/shape.js';
import type { InvitationView, MemberView } from './authorization/access-directory.js';
import { hasExpired } from './domain/instant.js';
import { parsePrincipal } from './domain/principal-name.js';

/** A member of a workspace, or someone invited to it. */
export const workspaceUserSchema = z
  .strictObject({
    sub: z
      .string()
      .describe('The `sub` of a user, the client id of a service account; absent for someone who has not come yet.')
      .exactOptional(),
    type: z.enum(['user', 'service_account']),
    email: z.string().exactOptional(),
    role: roleField,
    accepted: z.boolean().describe('False for an invitation.'),
    expired: z.boolean().describe('True for an invitation that came to nothing.'),
  })
  .meta({ id: 'WorkspaceUser', description: 'A member of a workspace, or someone invited to it.' });

export type WorkspaceUserJson = ShapeOf<typeof workspaceUserSchema>;

/** Waits for the first sign-in under its address. */
export const pendingInvitationSchema = z
  .strictObject({
    email: z.string(),
    role: roleField,
    workspace: workspaceNameField,
    invitedBy: principalField,
    expiresAt: timeField,
    createdAt: timeField,
    createdBy: principalField,
    updatedAt: timeField,
    updatedBy: principalField,
  })
  .meta({ id: 'PendingInvitation', description: 'Waits for the first sign-in under its address.' });

export type PendingInvitationJson = ShapeOf<typeof pendingInvitationSchema>;

/** A member as the management API shows it. */
export function userJson({ principal, role, email }: MemberView): WorkspaceUserJson {
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
export function invitedJson({ email, role, expiresAt }: InvitationView, now: string): WorkspaceUserJson {
  return { type: 'user', email, role, accepted: false, expired: hasExpired(expiresAt, now) };
}

export function invitationJson(invitation: InvitationView): PendingInvitationJson {
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
