import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Allow, IsOptional } from 'class-validator';
import { QueryFlag, WorkspaceName } from '../http/field-rules.js';
import { AccountId, DisplayName, Labels } from './access-field-rules.js';

/** A field that may be sent along and is not looked at. */
function Ignored(): PropertyDecorator {
  return applyDecorators(
    Allow(),
    ApiProperty({ required: false, anyOf: [{}], description: 'Taken, and not looked at.' }),
  );
}

/** `/workspaces/{workspaceName}` */
export class WorkspacePathDto {
  /** Which workspace. */
  @WorkspaceName()
  workspaceName!: string;
}

export class WorkspaceQueryDto {
  /** Count what the workspace holds. */
  @QueryFlag()
  countResources?: string;

  /** Accepted for clients that name their workspace on every call; this call is about the one in the path. */
  @IsOptional()
  @Allow()
  workspace?: string;
}

/** The settings of a workspace. What is absent stays as it is. */
export class UpdateWorkspaceBodyDto {
  /** What the workspace is called, for people. */
  @IsOptional()
  @DisplayName()
  displayName?: string;

  /** Words for sorting and finding. */
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
  @Ignored() id?: unknown;
  @Ignored() status?: unknown;
  @Ignored() statusReason?: unknown;
  @Ignored() region?: unknown;
  @Ignored() runtime?: unknown;
  @Ignored() groupMappings?: unknown;
  @Ignored() hipaaInfo?: unknown;
  @Ignored() resourceCounts?: unknown;
  @Ignored() createdAt?: unknown;
  @Ignored() createdBy?: unknown;
  @Ignored() updatedAt?: unknown;
  @Ignored() updatedBy?: unknown;
}

/** Opens a workspace. */
export class CreateWorkspaceBodyDto extends UpdateWorkspaceBodyDto {
  /** Unique among all workspaces, for ever. */
  @WorkspaceName()
  declare name: string;
}

export class AvailabilityBodyDto {
  /** The name that a new workspace is to have. */
  @WorkspaceName()
  name!: string;
}

export class AvailabilityQueryDto {
  /** Answer an object that says why, in place of a bare boolean. */
  @QueryFlag()
  withReason?: string;

  /** Accepted for clients that name their workspace on every call. */
  @IsOptional()
  @Allow()
  workspace?: string;
}
