import { IsIn, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { Digest, ResourceTypeName, TagName } from '../http/field-rules.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { WorkspaceQueryDto } from '../http/workspace-query.dto.js';

export class ListImagesQueryDto extends PageQueryDto {
  /** Only names that contain this text. */
  @IsOptional()
  @Matches(/^\P{Cc}{1,200}$/u, { message: 'q must have 1 to 200 characters, none of them a control character' })
  q?: string;

  /** Only images of this resource type. */
  @IsOptional()
  @ResourceTypeName()
  type?: string;

  /** in: shared with this workspace; out: shared by it with others; none: neither. */
  @IsOptional()
  @IsIn(['in', 'out', 'none'])
  shared?: 'in' | 'out' | 'none';

  /** What the workspace saw at this moment: a time in RFC 3339 or a position. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(64)
  at?: string;
}

export class GetImageQueryDto extends WorkspaceQueryDto {
  /** What the workspace saw at this moment: a time in RFC 3339 or a position. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(64)
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
