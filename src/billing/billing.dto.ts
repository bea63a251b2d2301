import { IsIn, IsOptional } from 'class-validator';
import { Instant } from '../http/field-rules.js';
import { WorkspaceQueryDto } from '../http/workspace-query.dto.js';

export class StorageQueryDto extends WorkspaceQueryDto {
  /** Beginning of the period. Default: the beginning of the present month in UTC. */
  @IsOptional()
  @Instant()
  from?: string;

  /** End of the period, not included. Default, and the latest possible: now. */
  @IsOptional()
  @Instant()
  to?: string;

  /** Also answer the bytes stored at the beginning of the period and every hour or day after it. */
  @IsOptional()
  @IsIn(['hour', 'day'])
  step?: 'hour' | 'day';
}
