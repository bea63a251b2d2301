import type { Role } from './workspace.events.js';

interface InWorkspace {
  /** Name of the workspace whose stream decides. */
  readonly workspace: string;
}

/** A principal's name as in {@link parsePrincipal}: `user:SUB` or `service-account:CLIENTID`. */
type PrincipalName = string;

export interface CreateWorkspace extends InWorkspace {
  readonly type: 'CreateWorkspace';
  readonly accountId: string;
  readonly displayName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Becomes the first admin. Absent when the operator creates it and adds people afterwards. */
  readonly creator?: { readonly principal: PrincipalName; readonly email?: string };
}

/** What is absent stays as it is. */
export interface UpdateWorkspace extends InWorkspace {
  readonly type: 'UpdateWorkspace';
  readonly displayName?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface DeleteWorkspace extends InWorkspace {
  readonly type: 'DeleteWorkspace';
  /** How many images it holds, owned and shared in, as far as the sender knows. */
  readonly images: number;
}

/** Invites, or renews an invitation with another role or expiry. */
export interface InviteMember extends InWorkspace {
  readonly type: 'InviteMember';
  readonly email: string;
  readonly role: Role;
  /** RFC 3339 */
  readonly expiresAt: string;
}

/** Sent for someone who signed in under a verified address. */
export interface AcceptInvitation extends InWorkspace {
  readonly type: 'AcceptInvitation';
  readonly email: string;
  readonly principal: PrincipalName;
  /** RFC 3339 */
  readonly now: string;
}

export interface RevokeInvitation extends InWorkspace {
  readonly type: 'RevokeInvitation';
  readonly email: string;
}

export interface AddMember extends InWorkspace {
  readonly type: 'AddMember';
  readonly principal: PrincipalName;
  readonly role: Role;
  readonly email?: string;
}

interface MayLeaveNoAdmin {
  /** Set for the operator, who can always add another admin. */
  readonly allowNoAdmin?: boolean;
}

export interface ChangeMemberRole extends InWorkspace, MayLeaveNoAdmin {
  readonly type: 'ChangeMemberRole';
  readonly principal: PrincipalName;
  readonly role: Role;
}

export interface RemoveMember extends InWorkspace, MayLeaveNoAdmin {
  readonly type: 'RemoveMember';
  readonly principal: PrincipalName;
}

/** Creates a machine identity and makes it a member. */
export interface CreateServiceAccount extends InWorkspace {
  readonly type: 'CreateServiceAccount';
  /** Unique among all workspaces: made by the service, at random, never chosen by a client. */
  readonly clientId: string;
  readonly name: string;
  readonly description: string;
  readonly role: Role;
  readonly mayActForOthers: boolean;
}

/** What is absent stays as it is. */
export interface UpdateServiceAccount extends InWorkspace {
  readonly type: 'UpdateServiceAccount';
  readonly clientId: string;
  readonly name?: string;
  readonly description?: string;
}

export interface DeleteServiceAccount extends InWorkspace, MayLeaveNoAdmin {
  readonly type: 'DeleteServiceAccount';
  readonly clientId: string;
}

export interface IssueApiKey extends InWorkspace {
  readonly type: 'IssueApiKey';
  /** Unique among all workspaces: made by the service, at random, never chosen by a client. */
  readonly keyId: string;
  readonly clientId: string;
  readonly name: string;
  /** SHA-256 of the whole key, 64 lower-case hex characters. */
  readonly hash: string;
  /** RFC 3339; absent for a key that does not expire. */
  readonly expiresAt?: string;
}

export interface RevokeApiKey extends InWorkspace {
  readonly type: 'RevokeApiKey';
  readonly keyId: string;
  readonly clientId: string;
}

/** Everything that may be asked of a workspace. */
export type WorkspaceCommand =
  | CreateWorkspace
  | UpdateWorkspace
  | DeleteWorkspace
  | InviteMember
  | AcceptInvitation
  | RevokeInvitation
  | AddMember
  | ChangeMemberRole
  | RemoveMember
  | CreateServiceAccount
  | UpdateServiceAccount
  | DeleteServiceAccount
  | IssueApiKey
  | RevokeApiKey;
