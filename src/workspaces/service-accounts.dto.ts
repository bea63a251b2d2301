import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { ClientId, Description, DisplayName, KeyId, Lifetime } from './access-field-rules.js';

/** `/service_accounts/{clientId}` */
export class ServiceAccountPathDto {
  @ClientId()
  clientId!: string;
}

/** `/service_accounts/{clientId}/api_keys/{apiKeyId}` */
export class ApiKeyPathDto extends ServiceAccountPathDto {
  @KeyId()
  apiKeyId!: string;
}

/** What is absent stays as it is. */
export class UpdateServiceAccountBodyDto {
  @IsOptional()
  @DisplayName()
  name?: string;

  @IsOptional()
  @Description()
  description?: string;
}

export class CreateServiceAccountBodyDto {
  @DisplayName()
  name!: string;

  @IsOptional()
  @Description()
  description?: string;

  /** Default: member. */
  @IsOptional()
  @IsIn(['admin', 'member'])
  role?: 'admin' | 'member';

  /** May it send commands in the name of other members of the workspaces it is an admin of? */
  @IsOptional()
  @IsBoolean()
  mayActForOthers?: boolean;
}

export class CreateApiKeyBodyDto {
  @IsOptional()
  @DisplayName()
  name?: string;

  /** 24h, 30d or 1w, up to ten years; absent for a key that does not expire. */
  @IsOptional()
  @Lifetime()
  expires_in?: string;
}

/** A machine identity that belongs to a workspace. */
export class ServiceAccountDto {
  client_id!: string;
  name!: string;
  description!: string;

  /** Its role in the workspace; absent once it was removed from the members. */
  role?: 'admin' | 'member';
  mayActForOthers!: boolean;

  /** RFC 3339 in UTC with milliseconds. */
  created_at!: string;
  updated_at!: string;
}

/** A long-lived key of a service account. */
export class ApiKeyDto {
  id!: string;
  name!: string;

  /** The key itself, only in the answer that issues it. */
  apiKey?: string;

  /** In place of the key when the same command was sent before. */
  message?: string;

  /** As it was asked for, only in the answer that issues the key. */
  expires_in?: string;

  /** RFC 3339 in UTC with milliseconds; absent for a key that does not expire. */
  expiresAt?: string;

  /** The client id of its service account. */
  sub!: string;
  sub_type!: 'service_account';
  createdAt!: string;
  createdBy!: string;
  updatedAt!: string;
  updatedBy!: string;
}
