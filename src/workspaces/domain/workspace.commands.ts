import type { Role } from './workspace.events.js';

interface InWorkspace {
  /** Name of the workspace whose stream decides. */
  readonly workspace: string;
}

/** A principal's name as in {@link parsePrincipal}: `user:SUB` or `service-account:CLIENTID`. */
type PrincipalName = string;

export interface CreateWorkspace extends InWorkspace {
  readonly accountId: string;
  readonly displayName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Becomes the first admin. Absent when the operator creates it and adds people afterwards. */
  readonly creator?: { readonly principal: PrincipalName; readonly email?: string };
}

/** What is absent stays as it is. */
export interface UpdateWorkspace extends InWorkspace {
  readonly displayName?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface DeleteWorkspace extends InWorkspace {
  /** How many images it holds, owned and shared in, as far as the sender knows. */
  readonly images: number;
}

/** Invites, or renews an invitation with another role or expiry. */
export interface InviteMember extends InWorkspace {
  readonly email: string;
  readonly role: Role;
  /** RFC 3339 */
  readonly expiresAt: string;
}

/** Sent for someone who signed in under a verified address. */
export interface AcceptInvitation extends InWorkspace {
  readonly email: string;
  readonly principal: PrincipalName;
  /** RFC 3339 */
  readonly now: string;
}

export interface RevokeInvitation extends InWorkspace {
  readonly email: string;
}

export interface AddMember extends InWorkspace {
  readonly principal: PrincipalName;
  readonly role: Role;
  readonly email?: string;
}

interface MayLeaveNoAdmin {
  /** Set for the operator, who can always add another admin. */
  readonly allowNoAdmin?: boolean;
}

export interface ChangeMemberRole extends InWorkspace, MayLeaveNoAdmin {
  readonly principal: PrincipalName;
  readonly role: Role;
}

export interface RemoveMember extends InWorkspace, MayLeaveNoAdmin {
  readonly principal: PrincipalName;
}

/** Creates a machine identity and makes it a member. */
export interface CreateServiceAccount extends InWorkspace {
  /** Unique among all workspaces: made by the service, at random, never chosen by a client. */
  readonly clientId: string;
  readonly name: string;
  readonly description: string;
  readonly role: Role;
  readonly mayActForOthers: boolean;
}

/** What is absent stays as it is. */
export interface UpdateServiceAccount extends InWorkspace {
  readonly clientId: string;
  readonly name?: string;
  readonly description?: string;
}

export interface DeleteServiceAccount extends InWorkspace, MayLeaveNoAdmin {
  readonly clientId: string;
}

export interface IssueApiKey extends InWorkspace {
  /** Unique among all workspaces: made by the service, at random, never chosen by a client. */
  readonly keyId: string;
  readonly clientId: string;
  readonly name: string;
  /** SHA-256 of the whole key, 64 lower-case hex characters. */
  readonly hash: string;
  /** Ed25519, 32 bytes in base64url: verifies what the holder of the key signs. */
  readonly publicKey?: string;
  /** RFC 3339; absent for a key that does not expire. */
  readonly expiresAt?: string;
}

export interface RevokeApiKey extends InWorkspace {
  readonly keyId: string;
  readonly clientId: string;
}

/** Everything that may be asked of a workspace; `workspaceStream(command.data.workspace)` is the stream to run it on. */
export type WorkspaceCommand =
  | { readonly type: 'CreateWorkspace'; readonly data: CreateWorkspace }
  | { readonly type: 'UpdateWorkspace'; readonly data: UpdateWorkspace }
  | { readonly type: 'DeleteWorkspace'; readonly data: DeleteWorkspace }
  | { readonly type: 'InviteMember'; readonly data: InviteMember }
  | { readonly type: 'AcceptInvitation'; readonly data: AcceptInvitation }
  | { readonly type: 'RevokeInvitation'; readonly data: RevokeInvitation }
  | { readonly type: 'AddMember'; readonly data: AddMember }
  | { readonly type: 'ChangeMemberRole'; readonly data: ChangeMemberRole }
  | { readonly type: 'RemoveMember'; readonly data: RemoveMember }
  | { readonly type: 'CreateServiceAccount'; readonly data: CreateServiceAccount }
  | { readonly type: 'UpdateServiceAccount'; readonly data: UpdateServiceAccount }
  | { readonly type: 'DeleteServiceAccount'; readonly data: DeleteServiceAccount }
  | { readonly type: 'IssueApiKey'; readonly data: IssueApiKey }
  | { readonly type: 'RevokeApiKey'; readonly data: RevokeApiKey };
