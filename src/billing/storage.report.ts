import type { ResourceType } from '../vocabulary/names.js';

/** Bytes and byte-hours of one image. Shares of one bill: digests that several images hold are counted under one. */
export interface ImageStorage {
  readonly resourceType: ResourceType;
  readonly name: string;
  /** Bytes stored now and counted under this image. */
  readonly bytesNow: bigint;
  /** Bytes × milliseconds within the period, exact. */
  readonly byteMilliseconds: bigint;
}

/** An image that another workspace owns and shares into this one: seen here, paid for there. */
export interface SharedStorage {
  readonly resourceType: ResourceType;
  readonly name: string;
  readonly sourceWorkspace: string;
  /** Milliseconds since 1970: since when it has been shared. */
  readonly since: number;
  /** Bytes of the distinct digests that the image's tags point at now, in the workspace that owns it. */
  readonly sharedBytes: bigint;
}

/** Bytes stored at one instant. */
export interface StoragePoint {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly bytes: bigint;
}

/** What one workspace stores and pays for; the figures of its images add up to its own. */
export interface WorkspaceStorage {
  readonly workspace: string;
  readonly bytesNow: bigint;
  /** Bytes × milliseconds within the period, exact. */
  readonly byteMilliseconds: bigint;
  /** Images with bytes now or within the period, by type and name. */
  readonly images: readonly ImageStorage[];
  /** Images shared into the workspace now, by type and name. They cost it nothing. */
  readonly shared: readonly SharedStorage[];
  /** Bytes stored over time, when a step was asked for. */
  readonly series?: readonly StoragePoint[];
}

/** A stretch of time in milliseconds since 1970: `from` is in it, `to` is not. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

export interface StorageReport {
  /** The period that was summed up; it never reaches into the future. */
  readonly period: Period;
  /** By name. */
  readonly workspaces: readonly WorkspaceStorage[];
}

const hour = 3_600_000n;

/** Byte-hours as the nearest number; {@link ImageStorage.byteMilliseconds} is the exact figure. */
export function toByteHours(byteMilliseconds: bigint): number {
  return Number(byteMilliseconds / hour) + Number(byteMilliseconds % hour) / Number(hour);
}
