import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import {
  DeploymentName,
  Digest,
  ImageName,
  PageCursor,
  PositionText,
  ResourceTypeName,
  TagName,
  WorkspaceName,
} from '../../http/field-rules.js';
import { Moment, NamePart, SharedFilter } from '../catalog-field-rules.js';
import type { SharedDirection } from '../catalog-field-rules.js';

/** What every question about a catalog says. */
export class WorkspaceQuestionDto {
  /** The workspace whose catalog is asked. */
  @WorkspaceName()
  workspace!: string;

  /** Answer with what is known at this position or later: the position of a command's answer. */
  @IsOptional()
  @PositionText()
  minPosition?: string;
}

/** One page of a list. */
export class PageQuestionDto extends WorkspaceQuestionDto {
  /** At most so many, 1 to 1000. Default: all. */
  @IsOptional()
  @ApiProperty({ type: 'integer' })
  @IsInt()
  @Min(1)
  @Max(1_000)
  limit?: number;

  /** Where the page begins: the nextCursor of the page before. */
  @PageCursor()
  cursor?: string;
}

/** Lists the images a workspace owns and those shared with it. */
export class ListImagesDto extends PageQuestionDto {
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

/** Names one image of the catalog. */
export class ImageQuestionDto extends WorkspaceQuestionDto {
  /** agent, function, job or sandbox; the plural is accepted. */
  @ResourceTypeName()
  resourceType!: string;

  /** By the OCI grammar of repository names. */
  @ImageName()
  name!: string;
}

/** Gets an image with its tags. */
export class GetImageDto extends ImageQuestionDto {
  /** Only if it has this tag. */
  @IsOptional()
  @TagName()
  tag?: string;

  /** What the workspace saw at this moment: a time in RFC 3339 or a position. */
  @Moment()
  at?: string;
}

/** Tells what a tag or digest means now. Neither: the tag pushed last. */
export class ResolveImageDto extends ImageQuestionDto {
  /** This tag. */
  @IsOptional()
  @TagName()
  tag?: string;

  /** A tag that points at this digest. */
  @IsOptional()
  @Digest()
  digest?: string;
}

/** Lists the requests to share that wait for an answer. */
export class ListPendingSharesDto extends WorkspaceQuestionDto {
  /** incoming: asked of this workspace; outgoing: asked by it. Default: incoming. */
  @IsOptional()
  @IsIn(['incoming', 'outgoing'])
  direction?: 'incoming' | 'outgoing';
}

/** Lists what runs in a workspace. */
export class ListDeploymentsDto extends PageQuestionDto {
  /** Only deployments of this kind. */
  @IsOptional()
  @ResourceTypeName()
  kind?: string;
}

/** Gets one deployment. */
export class GetDeploymentDto extends WorkspaceQuestionDto {
  /** agent, function, job or sandbox; the plural is accepted. */
  @ResourceTypeName()
  kind!: string;

  /** The name of the deployment. */
  @DeploymentName()
  deployment!: string;
}
