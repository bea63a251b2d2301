export type Role = 'admin' | 'member';

/** The facts of one workspace. Which workspace is said by the stream `workspace-{name}`. */
export type WorkspaceEvent =
  | {
      readonly type: 'WorkspaceCreated';
      readonly data: {
        readonly accountId: string;
        readonly displayName: string;
        readonly labels: Readonly<Record<string, string>>;
      };
    }
  /** Display name or labels changed; the name never does. */
  | {
      readonly type: 'WorkspaceRenamed';
      readonly data: { readonly displayName: string; readonly labels: Readonly<Record<string, string>> };
    }
  /** Its name stays taken for ever. */
  | { readonly type: 'WorkspaceDeleted'; readonly data: Readonly<Record<string, never>> }
  /** Someone was invited by e-mail; becomes a member with the first sign-in under that verified address. */
  | {
      readonly type: 'MemberInvited';
      readonly data: { readonly email: string; readonly role: Role; /** RFC 3339 */ readonly expiresAt: string };
    }
  | { readonly type: 'InvitationRevoked'; readonly data: { readonly email: string } }
  | {
      readonly type: 'MemberAdded';
      readonly data: {
        /** `user:SUB` or `service-account:ID`. */
        readonly principal: string;
        readonly role: Role;
        readonly email?: string;
      };
    }
  | { readonly type: 'MemberRoleChanged'; readonly data: { readonly principal: string; readonly role: Role } }
  | { readonly type: 'MemberRemoved'; readonly data: { readonly principal: string } }
  /** A machine identity that belongs to this workspace; it becomes a member by MemberAdded. */
  | {
      readonly type: 'ServiceAccountCreated';
      readonly data: {
        readonly clientId: string;
        readonly name: string;
        readonly description: string;
        /** It may send commands in the name of other members of the workspaces it is an admin of. */
        readonly mayActForOthers: boolean;
      };
    }
  | {
      readonly type: 'ServiceAccountUpdated';
      readonly data: { readonly clientId: string; readonly name: string; readonly description: string };
    }
  /** Its keys end with it. */
  | { readonly type: 'ServiceAccountDeleted'; readonly data: { readonly clientId: string } }
  | {
      readonly type: 'ApiKeyIssued';
      readonly data: {
        readonly keyId: string;
        readonly clientId: string;
        readonly name: string;
        /** SHA-256 of the key in hex; the key itself is shown once and never stored. */
        readonly hash: string;
        /** Verifies what the holder of the key signs, 43 characters of base64url; absent for keys from before there was one. */
        readonly publicKey?: string;
        /** RFC 3339; absent for a key that does not expire. */
        readonly expiresAt?: string;
      };
    }
  | { readonly type: 'ApiKeyRevoked'; readonly data: { readonly keyId: string; readonly clientId: string } };
