import { z } from 'zod';
import { digestOfHash } from '../authentication/api-key.js';
import type {
  AccountRow,
  ApiKeyRow,
  Flag,
  InvitationRow,
  MemberRow,
  ServiceAccountRow,
  WorkspaceRow,
} from '../access.tables.js';
import type {
  AccountView,
  ApiKeyEntry,
  ApiKeyView,
  InvitationView,
  MemberView,
  ServiceAccountView,
  WorkspaceView,
} from './access-directory.js';

const labelsSchema = z.record(z.string(), z.string());

export function workspaceView(row: WorkspaceRow): WorkspaceView {
  return {
    name: row.name,
    accountId: row.account_id,
    displayName: row.display_name,
    labels: labelsSchema.parse(JSON.parse(row.labels)),
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}

export function accountView(row: AccountRow): AccountView {
  return {
    id: row.id,
    name: row.name,
    ...(row.owner_email !== null && { ownerEmail: row.owner_email }),
    policy: { targetAdmin: row.target_admin, acrossAccounts: row.across_accounts },
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}

export function memberView(row: MemberRow): MemberView {
  return {
    principal: row.principal,
    role: row.role,
    ...(row.email !== null && { email: row.email }),
    since: row.since,
    addedBy: row.added_by,
  };
}

export function invitationView(row: InvitationRow): InvitationView {
  return {
    workspace: row.workspace,
    email: row.email,
    role: row.role,
    expiresAt: row.expires_at,
    invitedAt: row.invited_at,
    invitedBy: row.invited_by,
  };
}

export function serviceAccountView(row: ServiceAccountRow): ServiceAccountView {
  return {
    clientId: row.client_id,
    workspace: row.workspace,
    name: row.name,
    description: row.description,
    mayActForOthers: row.may_act_for_others === 1,
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}

export function apiKeyView(row: ApiKeyRow): ApiKeyView {
  return {
    keyId: row.key_id,
    clientId: row.client_id,
    workspace: row.workspace,
    name: row.name,
    ...(row.expires_at !== null && { expiresAt: row.expires_at }),
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}

/** A key together with the service account and the workspace it depends on. */
export type ApiKeyWithOwner = Pick<
  ApiKeyRow,
  'key_id' | 'client_id' | 'hash' | 'public_key' | 'expires_at' | 'revoked'
> & {
  readonly may_act_for_others: Flag;
  readonly owner_deleted: Flag;
  readonly workspace_deleted: Flag;
};

export function apiKeyEntry(row: ApiKeyWithOwner): ApiKeyEntry {
  return {
    keyId: row.key_id,
    digest: digestOfHash(row.hash),
    ...(row.public_key !== null && { publicKey: row.public_key }),
    expiresAtMs: row.expires_at === null ? Infinity : expiry(row.expires_at),
    active: row.revoked === 0 && row.owner_deleted === 0 && row.workspace_deleted === 0,
    principal: {
      kind: 'service-account',
      clientId: row.client_id,
      mayActForOthers: row.may_act_for_others === 1,
    },
  };
}

/** An expiry that is no time has passed. */
function expiry(expiresAt: string): number {
  const milliseconds = Date.parse(expiresAt);
  return Number.isNaN(milliseconds) ? 0 : milliseconds;
}
