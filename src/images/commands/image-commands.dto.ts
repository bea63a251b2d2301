import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import {
  DeploymentName,
  Digest,
  ImageReference,
  MediaType,
  Platform,
  ResourceTypeName,
  TagName,
  WorkspaceName,
} from '../../http/field-rules.js';
import { SlotDto } from './slot.dto.js';

/** Registers an image without a tag yet. */
export class RegisterImageDto extends SlotDto {
  /** Where the image comes from, for the record. */
  @IsOptional()
  @ImageReference()
  reference?: string;
}

/** Points a tag at a digest; registers the image if there is none. */
export class PushTagDto extends SlotDto {
  /** The name of the tag. */
  @TagName()
  tag!: string;

  /** What the tag points at. */
  @Digest()
  digest!: string;

  /** Bytes of everything the digest refers to. */
  @ApiProperty({ type: 'integer' })
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  size!: number;

  /** Of what the digest refers to. */
  @IsOptional()
  @MediaType()
  mediaType?: string;

  /** Each as os/architecture[/variant]. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(64)
  @Platform({ each: true })
  platforms?: string[];
}

export class DeleteTagDto extends SlotDto {
  /** The name of the tag. */
  @TagName()
  tag!: string;
}

export class DeleteImageDto extends SlotDto {}

/** Deletes what is neither deployed nor shared. */
export class CleanupImagesDto {
  /** Whose images. */
  @WorkspaceName()
  workspace!: string;
}

export class ShareImageDto extends SlotDto {
  /** The workspace to share with. */
  @WorkspaceName()
  targetWorkspace!: string;

  /** Needed when the target belongs to another account. */
  @IsOptional()
  @IsString()
  @MaxLength(63)
  targetAccountId?: string;
}

export class UnshareImageDto extends SlotDto {
  /** The workspace it is shared with, or was offered to. */
  @WorkspaceName()
  targetWorkspace!: string;
}

/** Answers a request; `workspace` is the target, who was asked. */
export class DeclineShareRequestDto {
  /** The target, who was asked. */
  @WorkspaceName()
  workspace!: string;

  /** The id of the request. */
  @IsUUID()
  shareId!: string;
}

export class AcceptShareRequestDto extends DeclineShareRequestDto {
  /** Delete the target's own image of that name first. */
  @IsOptional()
  @IsBoolean()
  force?: boolean;
}

export class RecordDeploymentDto extends SlotDto {
  /** What is deployed: agent, function, job or sandbox. */
  @ResourceTypeName()
  kind!: string;

  /** Name of what runs; one name and kind runs from one image. */
  @DeploymentName()
  deployment!: string;

  /** Neither tag nor digest: the tag pushed last. */
  @IsOptional()
  @TagName()
  tag?: string;

  /** Pin it to this digest, which a tag must point at. */
  @IsOptional()
  @Digest()
  digest?: string;
}

export class RetireDeploymentDto {
  /** Where it runs. */
  @WorkspaceName()
  workspace!: string;

  /** What is deployed: agent, function, job or sandbox. */
  @ResourceTypeName()
  kind!: string;

  /** Its name. */
  @DeploymentName()
  deployment!: string;
}
