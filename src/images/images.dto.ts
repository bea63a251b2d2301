import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import {
  Digest,
  ImageName,
  ImageReference,
  MediaType,
  Platform,
  QueryFlag,
  ResourceTypeName,
  WorkspaceName,
} from '../http/field-rules.js';
import { WorkspaceQueryDto } from '../http/workspace-query.dto.js';

/** Registers an image. */
export class CreateImageDto {
  /** agent, function, job or sandbox; the plural is accepted. */
  @ResourceTypeName()
  resourceType!: string;

  /** By the OCI grammar of repository names. */
  @ImageName()
  name!: string;

  /** A pre-built image this one comes from, for the record. */
  @IsOptional()
  @ImageReference()
  image?: string;

  /** Accepted for clients of the management API; nothing depends on it here. */
  @IsOptional()
  @IsString()
  @MaxLength(32)
  generation?: string;
}

/** What a tag points at from now on. */
export class PushTagBodyDto {
  /** What the tag points at. */
  @Digest()
  digest!: string;

  /** Bytes of everything the digest refers to: config and layers, of every platform of an index. */
  @ApiProperty({ type: 'integer' })
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  size!: number;

  /** Of what the digest refers to. */
  @IsOptional()
  @MediaType()
  mediaType?: string;

  /** os/architecture[/variant] of each platform. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(64)
  @Platform({ each: true })
  platforms?: string[];
}

/** Shares the whole image, with all its tags. */
export class ShareImageBodyDto {
  /** The workspace to share with. */
  @WorkspaceName()
  targetWorkspace!: string;

  /** Needed when the target belongs to another account. */
  @IsOptional()
  @IsString()
  @MaxLength(63)
  targetAccountId?: string;
}

export class UnshareQueryDto extends WorkspaceQueryDto {
  /** Only tell what would break. */
  @QueryFlag()
  dryRun?: string;
}
