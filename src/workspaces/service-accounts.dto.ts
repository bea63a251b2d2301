import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { ClientId, Description, DisplayName, KeyId, Lifetime } from './access-field-rules.js';

/** `/service_accounts/{clientId}` */
export class ServiceAccountPathDto {
  /** The client id of the service account. */
  @ClientId()
  clientId!: string;
}

/** `/service_accounts/{clientId}/api_keys/{apiKeyId}` */
export class ApiKeyPathDto extends ServiceAccountPathDto {
  /** The id of the key. */
  @KeyId()
  apiKeyId!: string;
}

/** What is absent stays as it is. */
export class UpdateServiceAccountBodyDto {
  /** What it is called, for people. */
  @IsOptional()
  @DisplayName()
  name?: string;

  /** What it is for, in a few words. */
  @IsOptional()
  @Description()
  description?: string;
}

export class CreateServiceAccountBodyDto {
  /** What it is called, for people. */
  @DisplayName()
  name!: string;

  /** What it is for, in a few words. */
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
  /** What it is called, for people. */
  @IsOptional()
  @DisplayName()
  name?: string;

  /** 24h, 30d or 1w, up to ten years; absent for a key that does not expire. */
  @IsOptional()
  @Lifetime()
  expires_in?: string;
}
