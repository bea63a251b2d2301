import { IsOptional, Matches } from 'class-validator';
import { WorkspaceName } from '../../http/field-rules.js';

const startRule = { message: '$property must be a position as the service gave it out, or start' };
const startPattern = /^[0-9A-Za-z_-]{1,64}$/;

export class FeedQueryDto {
  /** The workspace to follow, in place of the header. */
  @IsOptional()
  @WorkspaceName()
  workspace?: string;

  /** Begin after this position; `start` for everything there ever was. Without it the feed begins now. */
  @IsOptional()
  @Matches(startPattern, startRule)
  since?: string;

  /** The id of the last event received, in place of the header Last-Event-ID. */
  @IsOptional()
  @Matches(startPattern, startRule)
  lastEventId?: string;
}
