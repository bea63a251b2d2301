import type { SharingPolicy } from '../domain/account.events.js';
import type { Role } from '../domain/workspace.events.js';
import type { Principal, ServiceAccountPrincipal } from './principal.js';

/** A living workspace. Times are RFC 3339 in UTC with milliseconds. */
export interface WorkspaceView {
  readonly name: string;
  readonly accountId: string;
  readonly displayName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
}

export interface AccountView {
  readonly id: string;
  readonly name: string;
  readonly ownerEmail?: string;
  readonly policy: SharingPolicy;
  readonly createdAt: string;
  readonly createdBy: string;
}

export interface MemberView {
  /** `user:SUB` or `service-account:CLIENTID`. */
  readonly principal: string;
  readonly role: Role;
  readonly email?: string;
  readonly since: string;
  readonly addedBy: string;
}

/** An invitation that was neither accepted nor revoked; it may have expired. */
export interface InvitationView {
  readonly workspace: string;
  readonly email: string;
  readonly role: Role;
  readonly expiresAt: string;
  readonly invitedAt: string;
  readonly invitedBy: string;
}

export interface ServiceAccountView {
  readonly clientId: string;
  /** The workspace it belongs to. */
  readonly workspace: string;
  readonly name: string;
  readonly description: string;
  readonly mayActForOthers: boolean;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
}

/** A key as it is listed: without anything that would open a door. */
export interface ApiKeyView {
  readonly keyId: string;
  readonly clientId: string;
  readonly workspace: string;
  readonly name: string;
  readonly expiresAt?: string;
  readonly createdAt: string;
  readonly createdBy: string;
}

/** What it takes to recognize the holder of a key. */
export interface ApiKeyEntry {
  readonly keyId: string;
  /** As `keyDigest` makes it. */
  readonly digest: Uint8Array;
  /** Verifies what the holder signs, as `publicKeyOf` writes it; absent for keys from before there was one. */
  readonly publicKey?: string;
  /** Milliseconds since 1970; `Infinity` for a key that does not expire. */
  readonly expiresAtMs: number;
  /** False once the key was revoked, its service account deleted, or the workspace of both deleted. */
  readonly active: boolean;
  readonly principal: ServiceAccountPrincipal;
}

/** Knows who may do what. Answers are as new as the read model; see {@link AccessDirectory.invalidate}. */
export interface AccessDirectory {
  /** The key of this id, whether it still opens anything or not. */
  apiKey(keyId: string): Promise<ApiKeyEntry | undefined>;
  /**
   * The principal's role. The operator is an admin of every workspace. Who acts for another one has
   * that one's role where the actor is an admin, and none elsewhere.
   * `undefined` for outsiders and unknown workspaces alike.
   */
  roleOf(principal: Principal, workspace: string): Promise<Role | undefined>;
  /** The living workspace of this name. */
  workspace(name: string): Promise<WorkspaceView | undefined>;
  /** True also for the name of a deleted workspace. */
  isWorkspaceNameTaken(name: string): Promise<boolean>;
  /** The account of a living workspace. */
  accountOf(workspace: string): Promise<string | undefined>;
  account(accountId: string): Promise<AccountView | undefined>;
  /** The default policy for an account that is not known. */
  sharingPolicyOf(accountId: string): Promise<SharingPolicy>;
  /** Every account, by id. */
  accounts(): Promise<readonly AccountView[]>;
  /** The workspaces a principal may see, by name, with its role; all of them for the operator. */
  workspacesOf(principal: Principal): Promise<readonly { readonly workspace: WorkspaceView; readonly role: Role }[]>;
  /** By the time they joined. */
  members(workspace: string): Promise<readonly MemberView[]>;
  /** The member of this principal name or e-mail address. */
  member(workspace: string, principalOrEmail: string): Promise<MemberView | undefined>;
  /** By e-mail address. */
  invitations(workspace: string): Promise<readonly InvitationView[]>;
  invitation(workspace: string, email: string): Promise<InvitationView | undefined>;
  /** What a person of this address is invited to. */
  invitationsTo(email: string): Promise<readonly InvitationView[]>;
  /** The living service accounts that belong to a workspace, by the time they were created. */
  serviceAccounts(workspace: string): Promise<readonly ServiceAccountView[]>;
  /** A living service account of a living workspace. */
  serviceAccount(clientId: string): Promise<ServiceAccountView | undefined>;
  /** The keys of a service account that were not revoked, expired ones included, by the time they were issued. */
  apiKeys(clientId: string): Promise<readonly ApiKeyView[]>;
  /**
   * Forgets everything kept in memory. To be called whenever rows of the access projection have
   * become visible to queries, before anybody is told that they have.
   */
  invalidate(): void;
}
