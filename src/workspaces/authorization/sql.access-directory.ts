import type { Kysely } from 'kysely';
import { isWorkspaceName } from '../../vocabulary/names.js';
import type { AccessSchema } from '../access.tables.js';
import { defaultSharingPolicy } from '../domain/account.state.js';
import type { SharingPolicy } from '../domain/account.events.js';
import { normalizeEmail } from '../domain/email.js';
import type { Role } from '../domain/workspace.events.js';
import type {
  AccessDirectory,
  AccountView,
  ApiKeyEntry,
  ApiKeyView,
  InvitationView,
  MemberView,
  ServiceAccountView,
  WorkspaceView,
} from './access-directory.js';
import {
  accountView,
  apiKeyEntry,
  apiKeyView,
  invitationView,
  memberView,
  serviceAccountView,
  workspaceView,
} from './access-views.js';
import { actorOf, principalName } from './principal.js';
import type { Principal } from './principal.js';
import { PromiseCache } from './promise-cache.js';

export interface SqlAccessDirectoryOptions {
  /** How many answers of each kind are kept in memory. Default 20,000. */
  readonly cacheSize?: number;
  /** False while it is not known what others change, so that answers in memory may be old. Default: always true. */
  readonly trusted?: () => boolean;
}

/** Reads the tables of the access projection. What every request asks for is kept in memory. */
export class SqlAccessDirectory implements AccessDirectory {
  readonly #keys: PromiseCache<ApiKeyEntry>;
  readonly #roles: PromiseCache<Role>;
  readonly #workspaces: PromiseCache<WorkspaceView>;
  readonly #accounts: PromiseCache<AccountView>;
  readonly #invitationsTo: PromiseCache<readonly InvitationView[]>;

  constructor(
    private readonly db: Kysely<AccessSchema>,
    options: SqlAccessDirectoryOptions = {},
  ) {
    const { cacheSize = 20_000, trusted = () => true } = options;
    this.#keys = new PromiseCache(cacheSize, (key) => this.#readApiKey(key), trusted);
    this.#roles = new PromiseCache(cacheSize, (key) => this.#readRole(key), trusted);
    this.#workspaces = new PromiseCache(cacheSize, (key) => this.#readWorkspace(key), trusted);
    this.#accounts = new PromiseCache(cacheSize, (key) => this.#readAccount(key), trusted);
    this.#invitationsTo = new PromiseCache(cacheSize, (key) => this.#readInvitationsTo(key), trusted);
  }

  invalidate(): void {
    this.#keys.clear();
    this.#roles.clear();
    this.#workspaces.clear();
    this.#accounts.clear();
    this.#invitationsTo.clear();
  }

  apiKey(keyId: string): Promise<ApiKeyEntry | undefined> {
    return this.#keys.get(keyId);
  }

  async roleOf(principal: Principal, workspace: string): Promise<Role | undefined> {
    if (!isWorkspaceName(workspace)) return undefined;
    if (principal.kind === 'operator') {
      return (await this.workspace(workspace)) === undefined ? undefined : 'admin';
    }
    if (principal.actor !== undefined && (await this.roleOf(principal.actor, workspace)) !== 'admin') return undefined;
    return this.#roles.get(`${workspace}/${principalName(principal)}`);
  }

  workspace(name: string): Promise<WorkspaceView | undefined> {
    return this.#workspaces.get(name);
  }

  async isWorkspaceNameTaken(name: string): Promise<boolean> {
    const row = await this.db
      .selectFrom('access_workspaces')
      .select('name')
      .where('name', '=', name)
      .executeTakeFirst();
    return row !== undefined;
  }

  async accountOf(workspace: string): Promise<string | undefined> {
    return (await this.workspace(workspace))?.accountId;
  }

  account(accountId: string): Promise<AccountView | undefined> {
    return this.#accounts.get(accountId);
  }

  async sharingPolicyOf(accountId: string): Promise<SharingPolicy> {
    return (await this.account(accountId))?.policy ?? defaultSharingPolicy;
  }

  async accounts(): Promise<readonly AccountView[]> {
    const rows = await this.db.selectFrom('access_accounts').selectAll().orderBy('id').execute();
    return rows.map(accountView);
  }

  async workspacesOf(
    principal: Principal,
  ): Promise<readonly { readonly workspace: WorkspaceView; readonly role: Role }[]> {
    const living = this.db.selectFrom('access_workspaces as w').where('w.deleted', '=', 0).orderBy('w.name');
    if (principal.kind === 'operator') {
      const rows = await living.selectAll().execute();
      return rows.map((row) => ({ workspace: workspaceView(row), role: 'admin' }));
    }
    const own = living
      .innerJoin('access_members as m', 'm.workspace', 'w.name')
      .where('m.principal', '=', principalName(principal));
    const actor = actorOf(principal);
    const visible =
      actor?.kind === 'service-account'
        ? own
            .innerJoin('access_members as a', 'a.workspace', 'w.name')
            .where('a.principal', '=', principalName(actor))
            .where('a.role', '=', 'admin')
        : own;
    const rows = await visible.selectAll('w').select('m.role').execute();
    return rows.map((row) => ({ workspace: workspaceView(row), role: row.role }));
  }

  async members(workspace: string): Promise<readonly MemberView[]> {
    const rows = await this.db
      .selectFrom('access_members')
      .selectAll()
      .where('workspace', '=', workspace)
      .orderBy('since')
      .orderBy('principal')
      .execute();
    return rows.map(memberView);
  }

  async member(workspace: string, principalOrEmail: string): Promise<MemberView | undefined> {
    const row = await this.db
      .selectFrom('access_members')
      .selectAll()
      .where('workspace', '=', workspace)
      .where((where) =>
        where.or([where('principal', '=', principalOrEmail), where('email', '=', normalizeEmail(principalOrEmail))]),
      )
      .orderBy('since')
      .executeTakeFirst();
    return row && memberView(row);
  }

  async invitations(workspace: string): Promise<readonly InvitationView[]> {
    const rows = await this.db
      .selectFrom('access_invitations')
      .selectAll()
      .where('workspace', '=', workspace)
      .orderBy('email')
      .execute();
    return rows.map(invitationView);
  }

  async invitation(workspace: string, email: string): Promise<InvitationView | undefined> {
    const row = await this.db
      .selectFrom('access_invitations')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('email', '=', normalizeEmail(email))
      .executeTakeFirst();
    return row && invitationView(row);
  }

  async invitationsTo(email: string): Promise<readonly InvitationView[]> {
    return (await this.#invitationsTo.get(normalizeEmail(email))) ?? [];
  }

  async serviceAccounts(workspace: string): Promise<readonly ServiceAccountView[]> {
    const rows = await this.#livingServiceAccounts()
      .where('s.workspace', '=', workspace)
      .orderBy('s.created_at')
      .orderBy('s.client_id')
      .execute();
    return rows.map(serviceAccountView);
  }

  async serviceAccount(clientId: string): Promise<ServiceAccountView | undefined> {
    const row = await this.#livingServiceAccounts().where('s.client_id', '=', clientId).executeTakeFirst();
    return row && serviceAccountView(row);
  }

  async apiKeys(clientId: string): Promise<readonly ApiKeyView[]> {
    const rows = await this.db
      .selectFrom('access_api_keys as k')
      .innerJoin('access_service_accounts as s', (join) =>
        join.onRef('s.client_id', '=', 'k.client_id').onRef('s.workspace', '=', 'k.workspace'),
      )
      .innerJoin('access_workspaces as w', 'w.name', 'k.workspace')
      .selectAll('k')
      .where('k.client_id', '=', clientId)
      .where('k.revoked', '=', 0)
      .where('s.deleted', '=', 0)
      .where('w.deleted', '=', 0)
      .orderBy('k.created_at')
      .orderBy('k.key_id')
      .execute();
    return rows.map(apiKeyView);
  }

  #livingServiceAccounts() {
    return this.db
      .selectFrom('access_service_accounts as s')
      .innerJoin('access_workspaces as w', 'w.name', 's.workspace')
      .selectAll('s')
      .where('s.deleted', '=', 0)
      .where('w.deleted', '=', 0);
  }

  /** A key counts only if it was issued by the workspace its service account belongs to. */
  async #readApiKey(keyId: string): Promise<ApiKeyEntry | undefined> {
    const row = await this.db
      .selectFrom('access_api_keys as k')
      .innerJoin('access_service_accounts as s', (join) =>
        join.onRef('s.client_id', '=', 'k.client_id').onRef('s.workspace', '=', 'k.workspace'),
      )
      .innerJoin('access_workspaces as w', 'w.name', 'k.workspace')
      .select([
        'k.key_id',
        'k.client_id',
        'k.hash',
        'k.public_key',
        'k.expires_at',
        'k.revoked',
        's.may_act_for_others',
      ])
      .select(['s.deleted as owner_deleted', 'w.deleted as workspace_deleted'])
      .where('k.key_id', '=', keyId)
      .executeTakeFirst();
    return row && apiKeyEntry(row);
  }

  /** The key of the cache is `workspace/principal`; the name of a workspace has no slash. */
  async #readRole(key: string): Promise<Role | undefined> {
    const slash = key.indexOf('/');
    const row = await this.db
      .selectFrom('access_members')
      .select('role')
      .where('workspace', '=', key.slice(0, slash))
      .where('principal', '=', key.slice(slash + 1))
      .executeTakeFirst();
    return row?.role;
  }

  async #readWorkspace(name: string): Promise<WorkspaceView | undefined> {
    const row = await this.db
      .selectFrom('access_workspaces')
      .selectAll()
      .where('name', '=', name)
      .where('deleted', '=', 0)
      .executeTakeFirst();
    return row && workspaceView(row);
  }

  async #readInvitationsTo(email: string): Promise<readonly InvitationView[]> {
    const rows = await this.db
      .selectFrom('access_invitations')
      .selectAll()
      .where('email', '=', email)
      .orderBy('workspace')
      .execute();
    return rows.map(invitationView);
  }

  async #readAccount(id: string): Promise<AccountView | undefined> {
    const row = await this.db.selectFrom('access_accounts').selectAll().where('id', '=', id).executeTakeFirst();
    return row && accountView(row);
  }
}
