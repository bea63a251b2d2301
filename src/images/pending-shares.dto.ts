import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { QueryFlag } from '../http/field-rules.js';
import { WorkspaceQueryDto } from '../http/workspace-query.dto.js';

export class PendingSharesQueryDto extends WorkspaceQueryDto {
  /** incoming: asked of this workspace; outgoing: asked by it. Default: incoming. */
  @IsOptional()
  @IsIn(['incoming', 'outgoing'])
  direction?: 'incoming' | 'outgoing';
}

export class AcceptQueryDto extends WorkspaceQueryDto {
  /** Delete the own image of that name first. */
  @QueryFlag()
  force?: string;
}

export class PendingSharePathDto {
  /** The id of the request. */
  @IsString()
  @MaxLength(64)
  pendingShareId!: string;
}
