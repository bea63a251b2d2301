import { IsIn, IsOptional } from 'class-validator';
import { WorkspaceName } from '../../http/field-rules.js';
import { AccountId, ClientId, DisplayName, Email, Labels, MemberReference, Sub } from '../access-field-rules.js';

/** Opens a workspace. For the operator, and for admins of another workspace of the account. */
export class CreateWorkspaceDto {
  /** Which workspace. */
  @WorkspaceName()
  workspace!: string;

  /** The operator must give it; others when they are admins in several accounts. */
  @IsOptional()
  @AccountId()
  accountId?: string;

  /** Default: the name. */
  @IsOptional()
  @DisplayName()
  displayName?: string;

  /** Words for sorting and finding. */
  @IsOptional()
  @Labels()
  labels?: Record<string, string>;
}

/** What is absent stays. For admins. */
export class UpdateWorkspaceDto {
  /** Which workspace. */
  @WorkspaceName()
  workspace!: string;

  /** What the workspace is called, for people. */
  @IsOptional()
  @DisplayName()
  displayName?: string;

  /** Words for sorting and finding. */
  @IsOptional()
  @Labels()
  labels?: Record<string, string>;
}

/** Ends a workspace that holds no images. Its name stays taken. For admins. */
export class DeleteWorkspaceDto {
  /** Which workspace. */
  @WorkspaceName()
  workspace!: string;
}

/** Invites whoever signs in under this verified address within seven days. For admins. */
export class InviteMemberDto {
  /** Which workspace. */
  @WorkspaceName()
  workspace!: string;

  /** The address, not told apart by case. */
  @Email()
  email!: string;

  /** What the member may do. */
  @IsOptional()
  @IsIn(['admin', 'member'])
  role?: 'admin' | 'member';
}

/** For admins. */
export class RevokeInvitationDto {
  /** Which workspace. */
  @WorkspaceName()
  workspace!: string;

  /** The address, not told apart by case. */
  @Email()
  email!: string;
}

/** Adds a user, by `sub`, or a service account, by client id, at once. For admins. */
export class AddMemberDto {
  /** Which workspace. */
  @WorkspaceName()
  workspace!: string;

  /** The `sub` of a user's tokens. */
  @IsOptional()
  @Sub()
  sub?: string;

  /** Address to show for the user. */
  @IsOptional()
  @Email()
  email?: string;

  /** The client id of a service account, of this workspace or another. */
  @IsOptional()
  @ClientId()
  serviceAccount?: string;

  /** What the member may do. */
  @IsOptional()
  @IsIn(['admin', 'member'])
  role?: 'admin' | 'member';
}

/** Removes a member, or revokes the invitation of someone who has not come yet. For admins. */
export class RemoveMemberDto {
  /** Which workspace. */
  @WorkspaceName()
  workspace!: string;

  /** A `sub`, a client id, the name of a principal or an e-mail address. */
  @MemberReference()
  member!: string;
}

/** For admins. */
export class ChangeMemberRoleDto extends RemoveMemberDto {
  /** What the member may do. */
  @IsIn(['admin', 'member'])
  role!: 'admin' | 'member';
}
