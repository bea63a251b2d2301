import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { WorkspaceQueryDto } from '../http/workspace-query.dto.js';

export class PendingSharesQueryDto extends WorkspaceQueryDto {
  /** incoming: asked of this workspace; outgoing: asked by it. Default: incoming. */
  @IsOptional()
  @IsIn(['incoming', 'outgoing'])
  direction?: 'incoming' | 'outgoing';
}

export class AcceptQueryDto extends WorkspaceQueryDto {
  /** Delete the own image of that name first. */
  @IsOptional()
  @IsIn(['true', 'false'])
  force?: string;
}

export class PendingSharePathDto {
  @IsString()
  @MaxLength(64)
  pendingShareId!: string;
}
