import { IsIn, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { z } from 'zod';
import { Instant, PageCursor, PageLimit, PositionText, WorkspaceName, textRule } from '../http/field-rules.js';
import { WorkspaceQueryDto } from '../http/workspace-query.dto.js';
import { parseImageReference } from '../vocabulary/image-reference.js';

const WholeImage = textRule(
  'wholeImage',
  (text) => {
    const image = parseImageReference(text);
    return image !== undefined && image.tag === undefined && image.digest === undefined;
  },
  'must be a whole image such as sandbox/my-template, without a tag or digest',
  z.string().meta({ examples: ['sandbox/base'] }),
);

/** Which events; every condition given must hold. */
export class AuditFilterQueryDto extends WorkspaceQueryDto {
  /** Only events of this image, TYPE/NAME. */
  @IsOptional()
  @WholeImage()
  image?: string;

  /** Only what was done by this principal: user:SUB, service-account:CLIENTID or operator. */
  @IsOptional()
  @Matches(/^[\x21-\x7e]{1,300}$/, { message: 'principal must be user:SUB, service-account:CLIENTID or operator' })
  principal?: string;

  /** Only events of these types, separated by commas, such as TagPushed,TagDeleted. */
  @IsOptional()
  @Matches(/^[A-Za-z]{1,64}(,[A-Za-z]{1,64}){0,99}$/, {
    message: 'kind must be types of events separated by commas, such as TagPushed,TagDeleted',
  })
  kind?: string;

  /** Only events from this time on. */
  @IsOptional()
  @Instant()
  from?: string;

  /** Only events before this time. */
  @IsOptional()
  @Instant()
  to?: string;

  /** Only events after this position. */
  @IsOptional()
  @PositionText()
  after?: string;
}

export class AuditEventsQueryDto extends AuditFilterQueryDto {
  /** At most so many, 1 to 1000. Default: 100. */
  @PageLimit()
  limit?: string;

  /** Where the page begins: the X-Next-Cursor of the page before. */
  @PageCursor()
  cursor?: string;

  /** asc: the oldest first, which is the default. desc: the latest first. */
  @IsOptional()
  @IsIn(['asc', 'desc'])
  order?: 'asc' | 'desc';
}

/** How far to replay, and what to tell of it. */
export class ReplayQueryDto {
  /** As far as this time, RFC 3339, or this position, itself included. Default: the end of the log. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(64)
  to?: string;

  /** Only what this workspace saw. The header names no workspace here. */
  @IsOptional()
  @WorkspaceName()
  workspace?: string;

  /** Only this image, TYPE/NAME. */
  @IsOptional()
  @WholeImage()
  image?: string;
}
