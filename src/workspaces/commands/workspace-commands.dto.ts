import { IsIn, IsOptional } from 'class-validator';
import { WorkspaceName } from '../../http/field-rules.js';
import { AccountId, ClientId, DisplayName, Email, Labels, MemberReference, Sub } from '../access-field-rules.js';

/** Opens a workspace. For the operator, and for admins of another workspace of the account. */
export class CreateWorkspaceDto {
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

  @IsOptional()
  @Labels()
  labels?: Record<string, string>;
}

/** What is absent stays. For admins. */
export class UpdateWorkspaceDto {
  @WorkspaceName()
  workspace!: string;

  @IsOptional()
  @DisplayName()
  displayName?: string;

  @IsOptional()
  @Labels()
  labels?: Record<string, string>;
}

/** Ends a workspace that holds no images. Its name stays taken. For admins. */
export class DeleteWorkspaceDto {
  @WorkspaceName()
  workspace!: string;
}

/** Invites whoever signs in under this verified address within seven days. For admins. */
export class InviteMemberDto {
  @WorkspaceName()
  workspace!: string;

  @Email()
  email!: string;

  @IsOptional()
  @IsIn(['admin', 'member'])
  role?: 'admin' | 'member';
}

/** For admins. */
export class RevokeInvitationDto {
  @WorkspaceName()
  workspace!: string;

  @Email()
  email!: string;
}

/** Adds a user, by `sub`, or a service account, by client id, at once. For admins. */
export class AddMemberDto {
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

  @IsOptional()
  @IsIn(['admin', 'member'])
  role?: 'admin' | 'member';
}

/** Removes a member, or revokes the invitation of someone who has not come yet. For admins. */
export class RemoveMemberDto {
  @WorkspaceName()
  workspace!: string;

  /** A `sub`, a client id, the name of a principal or an e-mail address. */
  @MemberReference()
  member!: string;
}

/** For admins. */
export class ChangeMemberRoleDto extends RemoveMemberDto {
  @IsIn(['admin', 'member'])
  role!: 'admin' | 'member';
}
