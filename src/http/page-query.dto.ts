import { PageCursor, PageLimit } from './field-rules.js';
import { WorkspaceQueryDto } from './workspace-query.dto.js';

/** One page of a list. */
export class PageQueryDto extends WorkspaceQueryDto {
  /** At most so many, 1 to 1000. Default: all. */
  @PageLimit()
  limit?: string;

  /** Where the page begins: the X-Next-Cursor of the page before. */
  @PageCursor()
  cursor?: string;
}
