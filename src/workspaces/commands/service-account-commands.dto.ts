import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { WorkspaceName } from '../../http/field-rules.js';
import { ClientId, Description, DisplayName, KeyId, Lifetime } from '../access-field-rules.js';

/** Creates a machine identity and makes it a member. For admins. */
export class CreateServiceAccountDto {
  /** Which workspace. */
  @WorkspaceName()
  workspace!: string;

  /** What it is called, for people. */
  @DisplayName()
  name!: string;

  /** What it is for, in a few words. */
  @IsOptional()
  @Description()
  description?: string;

  /** What the member may do. */
  @IsOptional()
  @IsIn(['admin', 'member'])
  role?: 'admin' | 'member';

  /** May it send commands in the name of other members of the workspaces it is an admin of? */
  @IsOptional()
  @IsBoolean()
  mayActForOthers?: boolean;
}

/** Ends a service account and its keys. For admins. */
export class DeleteServiceAccountDto {
  /** Which workspace. */
  @WorkspaceName()
  workspace!: string;

  /** The client id of the service account. */
  @ClientId()
  clientId!: string;
}

/** What is absent stays. For admins. */
export class UpdateServiceAccountDto extends DeleteServiceAccountDto {
  /** What it is called, for people. */
  @IsOptional()
  @DisplayName()
  name?: string;

  /** What it is for, in a few words. */
  @IsOptional()
  @Description()
  description?: string;
}

/** Issues a key, which the answer shows this one time. For admins. */
export class IssueApiKeyDto extends DeleteServiceAccountDto {
  /** What it is called, for people. */
  @IsOptional()
  @DisplayName()
  name?: string;

  /** 24h, 30d or 1w, up to ten years; absent for a key that does not expire. */
  @IsOptional()
  @Lifetime()
  expiresIn?: string;
}

/** For admins. */
export class RevokeApiKeyDto extends DeleteServiceAccountDto {
  /** The id of the key. */
  @KeyId()
  keyId!: string;
}
