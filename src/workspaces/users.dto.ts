import { IsIn, IsOptional } from 'class-validator';
import { ClientId, Email, MemberReference, Sub } from './access-field-rules.js';

/** `/users/{subOrEmail}` */
export class UserPathDto {
  /** The `sub` or e-mail address of a user, or the client id of a service account. */
  @MemberReference()
  subOrEmail!: string;
}

/** Whom to add: by `email` to invite, by `sub`, or by `serviceAccount`. */
export class AddUserBodyDto {
  /** Invited: becomes a member with the first sign-in under this verified address. Or, with `sub`, to show for it. */
  @IsOptional()
  @Email()
  email?: string;

  /** The `sub` of a user's tokens. */
  @IsOptional()
  @Sub()
  sub?: string;

  /** The client id of a service account, of this workspace or another. */
  @IsOptional()
  @ClientId()
  serviceAccount?: string;

  /** Default: member. */
  @IsOptional()
  @IsIn(['admin', 'member'])
  role?: 'admin' | 'member';
}

export class UserRoleBodyDto {
  @IsIn(['admin', 'member'])
  role!: 'admin' | 'member';
}

/** A member of a workspace, or someone invited to it. */
export class WorkspaceUserDto {
  /** The `sub` of a user, the client id of a service account; absent for someone who has not come yet. */
  sub?: string;
  type!: 'user' | 'service_account';
  email?: string;
  role!: 'admin' | 'member';

  /** False for an invitation. */
  accepted!: boolean;

  /** True for an invitation that came to nothing. */
  expired!: boolean;
}

/** Waits for the first sign-in under its address. */
export class PendingInvitationDto {
  email!: string;
  role!: 'admin' | 'member';
  workspace!: string;

  /** A principal. */
  invitedBy!: string;

  /** RFC 3339 in UTC with milliseconds. */
  expiresAt!: string;
  createdAt!: string;
  createdBy!: string;
  updatedAt!: string;
  updatedBy!: string;
}
