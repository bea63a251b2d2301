import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import type { Json } from '../event-sourcing/json.js';
import { Instant, WorkspaceName, textRule } from '../http/field-rules.js';
import { WorkspaceQueryDto } from '../http/workspace-query.dto.js';
import { parseImageReference } from '../vocabulary/image-reference.js';

const WholeImage = textRule(
  'wholeImage',
  (text) => {
    const image = parseImageReference(text);
    return image !== undefined && image.tag === undefined && image.digest === undefined;
  },
  'must be a whole image such as sandbox/my-template, without a tag or digest',
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
  @Matches(/^[0-9A-Za-z_-]{1,64}$/, { message: 'after must be a position as the service gave it out' })
  after?: string;
}

export class AuditEventsQueryDto extends AuditFilterQueryDto {
  /** At most so many, 1 to 1000. Default: 100. */
  @IsOptional()
  @Matches(/^([1-9]\d{0,2}|1000)$/, { message: 'limit must be a whole number from 1 to 1000' })
  limit?: string;

  /** Where the page begins: the X-Next-Cursor of the page before. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(600)
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

export class AuditedImageDto {
  resourceType!: string;
  name!: string;
}

/** An event with everything on record about it. */
export class AuditEventDto {
  position!: string;
  stream!: string;
  /** Its number in the stream, from 0. */
  revision!: number;
  id!: string;
  type!: string;
  /** Of the shape of `data`. */
  schemaVersion!: number;
  /** As stored. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  data!: Json;
  /** Who: user:SUB, service-account:CLIENTID, operator, or a process of the service. */
  principal!: string;
  /** Who sent the command, when a service acted for the principal. */
  actor?: string;
  /** Through what: http, cli, console … */
  via!: string;
  /** When, RFC 3339 in UTC. */
  occurredAt!: string;
  /** Why, when the caller said so. */
  reason?: string;
  commandId!: string;
  correlationId!: string;
  /** The event that led to this one, when a process of the service reacted. */
  causationId?: string;
  /** Whose stream it is. */
  workspace?: string;
  /** The slot the stream is about. */
  image?: AuditedImageDto;
}
