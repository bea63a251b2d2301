import type { TableSpec } from '../event-sourcing/projection.js';
import type { Role } from './domain/workspace.events.js';

/** SQL knows no booleans on every adapter. */
export type Flag = 0 | 1;

/** Every workspace that ever was: a name stays taken after its end. Times are RFC 3339 in UTC with milliseconds. */
export type WorkspaceRow = Readonly<{
  name: string;
  account_id: string;
  display_name: string;
  /** JSON object of strings. */
  labels: string;
  created_at: string;
  created_by: string;
  updated_at: string;
  updated_by: string;
  deleted: Flag;
}>;

export const workspacesTable: TableSpec<WorkspaceRow> = {
  name: 'access_workspaces',
  columns: {
    name: { type: 'text' },
    account_id: { type: 'text' },
    display_name: { type: 'text' },
    labels: { type: 'text' },
    created_at: { type: 'text' },
    created_by: { type: 'text' },
    updated_at: { type: 'text' },
    updated_by: { type: 'text' },
    deleted: { type: 'integer' },
  },
  primaryKey: ['name'],
  indexes: [{ columns: ['account_id', 'name'] }],
};

export type AccountRow = Readonly<{
  id: string;
  name: string;
  owner_email: string | null;
  target_admin: 'required' | 'not-required';
  across_accounts: 'forbidden' | 'by-request';
  created_at: string;
  created_by: string;
}>;

export const accountsTable: TableSpec<AccountRow> = {
  name: 'access_accounts',
  columns: {
    id: { type: 'text' },
    name: { type: 'text' },
    owner_email: { type: 'text', nullable: true },
    target_admin: { type: 'text' },
    across_accounts: { type: 'text' },
    created_at: { type: 'text' },
    created_by: { type: 'text' },
  },
  primaryKey: ['id'],
};

/** The members of living workspaces. */
export type MemberRow = Readonly<{
  workspace: string;
  principal: string;
  role: Role;
  email: string | null;
  since: string;
  added_by: string;
}>;

export const membersTable: TableSpec<MemberRow> = {
  name: 'access_members',
  columns: {
    workspace: { type: 'text' },
    principal: { type: 'text' },
    role: { type: 'text' },
    email: { type: 'text', nullable: true },
    since: { type: 'text' },
    added_by: { type: 'text' },
  },
  primaryKey: ['workspace', 'principal'],
  indexes: [{ columns: ['principal', 'workspace'] }, { columns: ['workspace', 'email'] }],
};

/** The invitations of living workspaces that were neither accepted nor revoked, expired ones included. */
export type InvitationRow = Readonly<{
  workspace: string;
  email: string;
  role: Role;
  expires_at: string;
  invited_at: string;
  invited_by: string;
}>;

export const invitationsTable: TableSpec<InvitationRow> = {
  name: 'access_invitations',
  columns: {
    workspace: { type: 'text' },
    email: { type: 'text' },
    role: { type: 'text' },
    expires_at: { type: 'text' },
    invited_at: { type: 'text' },
    invited_by: { type: 'text' },
  },
  primaryKey: ['workspace', 'email'],
  indexes: [{ columns: ['email', 'workspace'] }],
};

/** Every service account that ever was, under the workspace that named its client id first. */
export type ServiceAccountRow = Readonly<{
  client_id: string;
  workspace: string;
  name: string;
  description: string;
  may_act_for_others: Flag;
  created_at: string;
  created_by: string;
  updated_at: string;
  updated_by: string;
  deleted: Flag;
}>;

export const serviceAccountsTable: TableSpec<ServiceAccountRow> = {
  name: 'access_service_accounts',
  columns: {
    client_id: { type: 'text' },
    workspace: { type: 'text' },
    name: { type: 'text' },
    description: { type: 'text' },
    may_act_for_others: { type: 'integer' },
    created_at: { type: 'text' },
    created_by: { type: 'text' },
    updated_at: { type: 'text' },
    updated_by: { type: 'text' },
    deleted: { type: 'integer' },
  },
  primaryKey: ['client_id'],
  indexes: [{ columns: ['workspace', 'client_id'] }],
};

/** Every API key that ever was, under the workspace that named its id first. */
export type ApiKeyRow = Readonly<{
  key_id: string;
  client_id: string;
  workspace: string;
  /** SHA-256 of the key, in hex. */
  hash: string;
  /** Verifies signatures of the key's holder. */
  public_key: string | null;
  name: string;
  expires_at: string | null;
  created_at: string;
  created_by: string;
  revoked: Flag;
}>;

export const apiKeysTable: TableSpec<ApiKeyRow> = {
  name: 'access_api_keys',
  columns: {
    key_id: { type: 'text' },
    client_id: { type: 'text' },
    workspace: { type: 'text' },
    hash: { type: 'text' },
    public_key: { type: 'text', nullable: true },
    name: { type: 'text' },
    expires_at: { type: 'text', nullable: true },
    created_at: { type: 'text' },
    created_by: { type: 'text' },
    revoked: { type: 'integer' },
  },
  primaryKey: ['key_id'],
  indexes: [{ columns: ['client_id', 'created_at'] }],
};

/** What queries of this room see of the read model. */
export interface AccessSchema {
  access_workspaces: WorkspaceRow;
  access_accounts: AccountRow;
  access_members: MemberRow;
  access_invitations: InvitationRow;
  access_service_accounts: ServiceAccountRow;
  access_api_keys: ApiKeyRow;
}
