import { IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { PageLimit } from './field-rules.js';
import { WorkspaceQueryDto } from './workspace-query.dto.js';

/** One page of a list. */
export class PageQueryDto extends WorkspaceQueryDto {
  /** At most so many, 1 to 1000. Default: all. */
  @PageLimit()
  limit?: string;

  /** Where the page begins: the X-Next-Cursor of the page before. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(600)
  cursor?: string;
}
