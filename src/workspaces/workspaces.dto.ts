import { Allow, IsBoolean, IsIn, IsOptional } from 'class-validator';
import { WorkspaceName } from '../http/field-rules.js';
import { AccountId, DisplayName, Labels } from './access-field-rules.js';

/** `/workspaces/{workspaceName}` */
export class WorkspacePathDto {
  @WorkspaceName()
  workspaceName!: string;
}

export class WorkspaceQueryDto {
  /** Count what the workspace holds. */
  @IsOptional()
  @IsIn(['true', 'false'])
  countResources?: string;

  /** Accepted for clients that name their workspace on every call; this call is about the one in the path. */
  @IsOptional()
  @Allow()
  workspace?: string;
}

/** The settings of a workspace. What is absent stays as it is. */
export class UpdateWorkspaceBodyDto {
  @IsOptional()
  @DisplayName()
  displayName?: string;

  @IsOptional()
  @Labels()
  labels?: Record<string, string>;

  /** May be sent along; it never changes. */
  @IsOptional()
  @WorkspaceName()
  name?: string;

  /** May be sent along; it never changes. */
  @IsOptional()
  @AccountId()
  accountId?: string;

  // Clients of the management API send a workspace back as they got it; nothing here depends on these.
  @Allow() id?: unknown;
  @Allow() status?: unknown;
  @Allow() statusReason?: unknown;
  @Allow() region?: unknown;
  @Allow() runtime?: unknown;
  @Allow() groupMappings?: unknown;
  @Allow() hipaaInfo?: unknown;
  @Allow() resourceCounts?: unknown;
  @Allow() createdAt?: unknown;
  @Allow() createdBy?: unknown;
  @Allow() updatedAt?: unknown;
  @Allow() updatedBy?: unknown;
}

/** Opens a workspace. */
export class CreateWorkspaceBodyDto extends UpdateWorkspaceBodyDto {
  /** Unique among all workspaces, for ever. */
  @WorkspaceName()
  declare name: string;
}

export class AvailabilityBodyDto {
  @WorkspaceName()
  name!: string;
}

export class AvailabilityQueryDto {
  /** Answer an object that says why, in place of a bare boolean. */
  @IsOptional()
  @IsIn(['true', 'false'])
  withReason?: string;

  /** Accepted for clients that name their workspace on every call. */
  @IsOptional()
  @Allow()
  workspace?: string;
}

/** Whether a name can be given to a new workspace. */
export class WorkspaceAvailabilityDto {
  @IsBoolean()
  available!: boolean;
  reason?: 'taken';
  message?: string;
}

/** A named place inside one account. */
export class WorkspaceDto {
  /** The name: it never changes and is never given again. */
  id!: string;
  name!: string;
  displayName!: string;
  accountId!: string;
  labels!: Record<string, string>;
  status!: 'ready';

  /** RFC 3339 in UTC with milliseconds. */
  createdAt!: string;

  /** A principal. */
  createdBy!: string;
  updatedAt!: string;
  updatedBy!: string;

  /** Only with `countResources=true`. */
  resourceCounts?: Record<string, number>;
}
