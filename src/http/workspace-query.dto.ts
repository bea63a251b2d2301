import { IsOptional } from 'class-validator';
import { PositionText, WorkspaceName } from './field-rules.js';

/** What every query of a workspace takes. */
export class WorkspaceQueryDto {
  /** The workspace the request is about, in place of the header. */
  @IsOptional()
  @WorkspaceName()
  workspace?: string;

  /** Answer with what is known at this position or later: the X-Tagalong-Position of a write. */
  @IsOptional()
  @PositionText()
  minPosition?: string;
}
