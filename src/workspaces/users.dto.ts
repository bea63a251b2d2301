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
  /** What the member may do. */
  @IsIn(['admin', 'member'])
  role!: 'admin' | 'member';
}
