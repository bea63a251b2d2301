import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { Instant } from '../http/field-rules.js';
import { WorkspaceQueryDto } from '../http/workspace-query.dto.js';

export class StorageQueryDto extends WorkspaceQueryDto {
  /** Beginning of the period. Default: the beginning of the present month in UTC. */
  @IsOptional()
  @Instant()
  from?: string;

  /** End of the period, not included. Default, and the latest possible: now. */
  @IsOptional()
  @Instant()
  to?: string;

  /** Also answer the bytes stored at the beginning of the period and every hour or day after it. */
  @IsOptional()
  @IsIn(['hour', 'day'])
  step?: 'hour' | 'day';
}

const exactOrText = { oneOf: [{ type: 'integer' }, { type: 'string' }] };

/** Bytes, and bytes × time. Integers that a number cannot hold exactly are text. */
export class StorageFiguresDto {
  /** Stored now. */
  @ApiProperty(exactOrText)
  bytesNow!: number | string;

  /** Of those, what is paid for here: all of it. */
  @ApiProperty(exactOrText)
  billedBytes!: number | string;

  /** Within the period; the nearest number to the exact figure. */
  byteHours!: number;

  /** The exact figure within the period, as text. */
  byteMilliseconds!: string;
}

export class ImageStorageDto extends StorageFiguresDto {
  resourceType!: string;
  name!: string;
}

/** An image that another workspace owns and pays for. */
export class SharedStorageDto {
  resourceType!: string;
  name!: string;
  sourceWorkspace!: string;
  /** RFC 3339. */
  since!: string;

  /** What the image's tags hold now in the workspace that owns it. */
  @ApiProperty(exactOrText)
  sharedBytes!: number | string;

  /** Always 0. */
  billedBytes!: number;
}

export class StoragePointDto {
  /** RFC 3339. */
  at!: string;

  @ApiProperty(exactOrText)
  bytes!: number | string;
}

/** What one workspace stores and pays for; the figures of its images add up to its own. */
export class WorkspaceStorageDto extends StorageFiguresDto {
  workspace!: string;
  /** A digest that several images hold is counted once, under the one that has held it longest. */
  images!: ImageStorageDto[];
  shared!: SharedStorageDto[];
  /** When a step was asked for. */
  series?: StoragePointDto[];
}

export class StorageBillDto {
  /** RFC 3339, included. */
  from!: string;
  /** RFC 3339, not included. */
  to!: string;
  /** By name. */
  workspaces!: WorkspaceStorageDto[];
}
