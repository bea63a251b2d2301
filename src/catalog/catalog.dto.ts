import { IsOptional } from 'class-validator';
import { Digest, ResourceTypeName, TagName } from '../http/field-rules.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { WorkspaceQueryDto } from '../http/workspace-query.dto.js';
import { Moment, NamePart, SharedFilter } from './catalog-field-rules.js';
import type { SharedDirection } from './catalog-field-rules.js';

export class ListImagesQueryDto extends PageQueryDto {
  /** Only names that contain this text. */
  @NamePart()
  q?: string;

  /** Only images of this resource type. */
  @IsOptional()
  @ResourceTypeName()
  type?: string;

  /** in: shared with this workspace; out: shared by it with others; none: neither. */
  @SharedFilter()
  shared?: SharedDirection;

  /** What the workspace saw at this moment: a time in RFC 3339 or a position. */
  @Moment()
  at?: string;
}

export class GetImageQueryDto extends WorkspaceQueryDto {
  /** What the workspace saw at this moment: a time in RFC 3339 or a position. */
  @Moment()
  at?: string;
}

/** Neither tag nor digest: the tag pushed last. */
export class ResolveQueryDto extends WorkspaceQueryDto {
  /** This tag. */
  @IsOptional()
  @TagName()
  tag?: string;

  /** A tag that points at this digest. */
  @IsOptional()
  @Digest()
  digest?: string;
}
