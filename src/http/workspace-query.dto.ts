import { IsOptional, Matches } from 'class-validator';
import { WorkspaceName } from './field-rules.js';

const positionRule = { message: '$property must be a position as the service gave it out' };

/** What every query of a workspace takes. */
export class WorkspaceQueryDto {
  /** The workspace the request is about, in place of the header. */
  @IsOptional()
  @WorkspaceName()
  workspace?: string;

  /** Answer with what is known at this position or later: the X-Tagalong-Position of a write. */
  @IsOptional()
  @Matches(/^[0-9A-Za-z_-]{1,64}$/, positionRule)
  minPosition?: string;
}
