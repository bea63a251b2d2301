import { IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { WorkspaceQueryDto } from './workspace-query.dto.js';

/** One page of a list. */
export class PageQueryDto extends WorkspaceQueryDto {
  /** At most so many, 1 to 1000. Default: all. */
  @IsOptional()
  @Matches(/^([1-9]\d{0,2}|1000)$/, { message: 'limit must be a whole number from 1 to 1000' })
  limit?: string;

  /** Where the page begins: the X-Next-Cursor of the page before. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(600)
  cursor?: string;
}
