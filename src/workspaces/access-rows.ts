import type { ColumnValue, ProjectionRows, Row, RowSet } from '../event-sourcing/projection.js';
import { CorruptEventError } from '../event-sourcing/faults.js';
import type { AccessEvent } from './access-event.js';
import {
  accountsTable,
  apiKeysTable,
  invitationsTable,
  membersTable,
  serviceAccountsTable,
  workspacesTable,
} from './access.tables.js';
import type {
  AccountRow,
  ApiKeyRow,
  InvitationRow,
  MemberRow,
  ServiceAccountRow,
  WorkspaceRow,
} from './access.tables.js';
import { defaultSharingPolicy } from './domain/account.state.js';

type WorkspaceChange = Extract<AccessEvent, { kind: 'workspace' }>;
type AccountChange = Extract<AccessEvent, { kind: 'account' }>;
type Key = readonly ColumnValue[];

/** The rows of one batch of the access projection. */
export class AccessRows {
  readonly #workspaces: RowSet<WorkspaceRow>;
  readonly #accounts: RowSet<AccountRow>;
  readonly #members: RowSet<MemberRow>;
  readonly #invitations: RowSet<InvitationRow>;
  readonly #serviceAccounts: RowSet<ServiceAccountRow>;
  readonly #apiKeys: RowSet<ApiKeyRow>;

  constructor(rows: ProjectionRows) {
    this.#workspaces = rows.table(workspacesTable);
    this.#accounts = rows.table(accountsTable);
    this.#members = rows.table(membersTable);
    this.#invitations = rows.table(invitationsTable);
    this.#serviceAccounts = rows.table(serviceAccountsTable);
    this.#apiKeys = rows.table(apiKeysTable);
  }

  /** Fetches every row that {@link apply} will ask for. */
  async load(changes: readonly AccessEvent[]): Promise<void> {
    const workspaces: Key[] = [];
    const accounts: Key[] = [];
    const members: Key[] = [];
    const serviceAccounts: Key[] = [];
    const apiKeys: Key[] = [];
    for (const change of changes) {
      if (change.kind === 'account') {
        accounts.push([change.accountId]);
        continue;
      }
      const { event, workspace } = change;
      if (event.type.startsWith('Workspace')) workspaces.push([workspace]);
      else if (event.type === 'MemberRoleChanged') members.push([workspace, event.data.principal]);
      else if ('keyId' in event.data) apiKeys.push([event.data.keyId]);
      else if ('clientId' in event.data) serviceAccounts.push([event.data.clientId]);
    }
    await loadKeys(this.#workspaces, workspaces);
    await loadKeys(this.#accounts, accounts);
    await loadKeys(this.#members, members);
    await loadKeys(this.#serviceAccounts, serviceAccounts);
    await loadKeys(this.#apiKeys, apiKeys);
  }

  /** @throws CorruptEventError when the event changes what no earlier event made */
  apply(change: AccessEvent): void {
    if (change.kind === 'account') this.#applyToAccount(change);
    else this.#applyToWorkspace(change);
  }

  #applyToAccount(change: AccountChange): void {
    const { accountId: id, event, at, by } = change;
    switch (event.type) {
      case 'AccountOpened':
        this.#accounts.put({
          id,
          name: event.data.name,
          owner_email: event.data.ownerEmail ?? null,
          target_admin: defaultSharingPolicy.targetAdmin,
          across_accounts: defaultSharingPolicy.acrossAccounts,
          created_at: at,
          created_by: by,
        });
        return;
      case 'AccountSharingPolicyChanged': {
        const { targetAdmin, acrossAccounts } = event.data;
        const account = known(change, this.#accounts.get(id));
        this.#accounts.put({ ...account, target_admin: targetAdmin, across_accounts: acrossAccounts });
      }
    }
  }

  #applyToWorkspace(change: WorkspaceChange): void {
    const { workspace, event, at, by } = change;
    switch (event.type) {
      case 'WorkspaceCreated':
        this.#workspaces.put({
          name: workspace,
          account_id: event.data.accountId,
          display_name: event.data.displayName,
          labels: JSON.stringify(event.data.labels),
          created_at: at,
          created_by: by,
          updated_at: at,
          updated_by: by,
          deleted: 0,
        });
        return;
      case 'WorkspaceRenamed':
        this.#workspaces.put({
          ...known(change, this.#workspaces.get(workspace)),
          display_name: event.data.displayName,
          labels: JSON.stringify(event.data.labels),
          updated_at: at,
          updated_by: by,
        });
        return;
      case 'WorkspaceDeleted':
        this.#workspaces.put({
          ...known(change, this.#workspaces.get(workspace)),
          updated_at: at,
          updated_by: by,
          deleted: 1,
        });
        this.#members.clear({ workspace });
        this.#invitations.clear({ workspace });
        return;
      case 'MemberInvited': {
        const { email, role, expiresAt } = event.data;
        this.#invitations.put({ workspace, email, role, expires_at: expiresAt, invited_at: at, invited_by: by });
        return;
      }
      case 'InvitationRevoked':
        this.#invitations.delete(workspace, event.data.email);
        return;
      case 'MemberAdded': {
        const { principal, role, email } = event.data;
        this.#members.put({ workspace, principal, role, email: email ?? null, since: at, added_by: by });
        if (email !== undefined) this.#invitations.delete(workspace, email);
        return;
      }
      case 'MemberRoleChanged': {
        const { principal, role } = event.data;
        this.#members.put({ ...known(change, this.#members.get(workspace, principal)), role });
        return;
      }
      case 'MemberRemoved':
        this.#members.delete(workspace, event.data.principal);
        return;
      case 'ServiceAccountCreated':
      case 'ServiceAccountUpdated':
      case 'ServiceAccountDeleted':
        this.#applyToServiceAccount(change, event);
        return;
      case 'ApiKeyIssued':
      case 'ApiKeyRevoked':
        this.#applyToApiKey(change, event);
    }
  }

  /** A client id belongs to whoever named it first: nobody takes over another workspace's service account. */
  #applyToServiceAccount(change: WorkspaceChange, event: ServiceAccountEvent): void {
    const { workspace, at, by } = change;
    const present = this.#serviceAccounts.get(event.data.clientId);
    if (present !== undefined && present.workspace !== workspace) return;
    switch (event.type) {
      case 'ServiceAccountCreated':
        this.#serviceAccounts.put({
          client_id: event.data.clientId,
          workspace,
          name: event.data.name,
          description: event.data.description,
          may_act_for_others: event.data.mayActForOthers ? 1 : 0,
          created_at: at,
          created_by: by,
          updated_at: at,
          updated_by: by,
          deleted: 0,
        });
        return;
      case 'ServiceAccountUpdated': {
        const { name, description } = event.data;
        this.#serviceAccounts.put({ ...known(change, present), name, description, updated_at: at, updated_by: by });
        return;
      }
      case 'ServiceAccountDeleted':
        this.#serviceAccounts.put({ ...known(change, present), updated_at: at, updated_by: by, deleted: 1 });
    }
  }

  /** The same for a key id. */
  #applyToApiKey(change: WorkspaceChange, event: ApiKeyEvent): void {
    const { workspace, at, by } = change;
    const present = this.#apiKeys.get(event.data.keyId);
    if (present !== undefined && present.workspace !== workspace) return;
    switch (event.type) {
      case 'ApiKeyIssued':
        this.#apiKeys.put({
          key_id: event.data.keyId,
          client_id: event.data.clientId,
          workspace,
          hash: event.data.hash,
          public_key: event.data.publicKey ?? null,
          name: event.data.name,
          expires_at: event.data.expiresAt ?? null,
          created_at: at,
          created_by: by,
          revoked: 0,
        });
        return;
      case 'ApiKeyRevoked':
        this.#apiKeys.put({ ...known(change, present), revoked: 1 });
    }
  }
}

type ServiceAccountEvent = Extract<
  WorkspaceChange['event'],
  { type: 'ServiceAccountCreated' | 'ServiceAccountUpdated' | 'ServiceAccountDeleted' }
>;
type ApiKeyEvent = Extract<WorkspaceChange['event'], { type: 'ApiKeyIssued' | 'ApiKeyRevoked' }>;

async function loadKeys<R extends Row>(rows: RowSet<R>, keys: readonly Key[]): Promise<void> {
  if (keys.length > 0) await rows.load(keys);
}

function known<R>(change: AccessEvent, row: R | undefined): R {
  if (row === undefined) throw new CorruptEventError(change.recorded, 'it changes what no earlier event made');
  return row;
}
