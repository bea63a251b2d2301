import type { ResourceType } from '../vocabulary/names.js';
import type { TableSpec } from '../event-sourcing/projection.js';

/** A workspace that ever pushed. */
export type MeteredWorkspaceRow = Readonly<{
  workspace: string;
}>;

/** The digest that a tag points at now. */
export type MeteredTagRow = Readonly<{
  workspace: string;
  resource_type: ResourceType;
  name: string;
  tag: string;
  digest: string;
}>;

/** The meter of one digest in one workspace. It stays, at rest, when nothing holds the digest any more. */
export type DigestMeterRow = Readonly<{
  workspace: string;
  digest: string;
  /** Bytes, as the latest push of the digest in this workspace said. */
  size: number;
  /** How many other images of the workspace hold the digest too; see {@link HeirRow}. */
  heirs: number;
  /** The image that the bytes are counted under; null while the meter rests. */
  resource_type: ResourceType | null;
  name: string | null;
  /** How many tags of that image point at the digest. */
  tags: number;
  /** Milliseconds since 1970: when the meter changed last. An open stretch began here. */
  since: number;
}>;

/** An image that holds a digest which is counted under another image. */
export type HeirRow = Readonly<{
  workspace: string;
  digest: string;
  resource_type: ResourceType;
  name: string;
  /** How many tags of this image point at the digest. */
  tags: number;
  /** Position of the push from which on it has held the digest. */
  since_position: string;
}>;

/** A closed stretch of time during which a digest was stored and counted under one image at one size. */
export type StretchRow = Readonly<{
  workspace: string;
  /** See {@link spanOf}. */
  span: number;
  /** Milliseconds since 1970, inclusive. */
  started: number;
  digest: string;
  /** Milliseconds since 1970, exclusive; always after `started`. */
  ended: number;
  resource_type: ResourceType;
  name: string;
  size: number;
}>;

/** An image that another workspace shares into this one now. */
export type SharedInRow = Readonly<{
  workspace: string;
  resource_type: ResourceType;
  name: string;
  share_id: string;
  /** The workspace that owns the image and pays for it. */
  source: string;
  /** Milliseconds since 1970. */
  since: number;
}>;

export const meteredWorkspaces: TableSpec<MeteredWorkspaceRow> = {
  name: 'billing_workspaces',
  columns: { workspace: { type: 'text' } },
  primaryKey: ['workspace'],
};

export const meteredTags: TableSpec<MeteredTagRow> = {
  name: 'billing_tags',
  columns: {
    workspace: { type: 'text' },
    resource_type: { type: 'text' },
    name: { type: 'text' },
    tag: { type: 'text' },
    digest: { type: 'text' },
  },
  primaryKey: ['workspace', 'resource_type', 'name', 'tag'],
};

export const digestMeters: TableSpec<DigestMeterRow> = {
  name: 'billing_digests',
  columns: {
    workspace: { type: 'text' },
    digest: { type: 'text' },
    size: { type: 'integer' },
    heirs: { type: 'integer' },
    resource_type: { type: 'text', nullable: true },
    name: { type: 'text', nullable: true },
    tags: { type: 'integer' },
    since: { type: 'integer' },
  },
  primaryKey: ['workspace', 'digest'],
  indexes: [{ columns: ['workspace', 'since'], where: 'resource_type is not null' }],
};

export const heirs: TableSpec<HeirRow> = {
  name: 'billing_heirs',
  columns: {
    workspace: { type: 'text' },
    digest: { type: 'text' },
    resource_type: { type: 'text' },
    name: { type: 'text' },
    tags: { type: 'integer' },
    since_position: { type: 'text' },
  },
  primaryKey: ['workspace', 'digest', 'resource_type', 'name'],
};

/** The key leads with workspace and span, so that a period is found without walking through all history. */
export const stretches: TableSpec<StretchRow> = {
  name: 'billing_stretches',
  columns: {
    workspace: { type: 'text' },
    span: { type: 'integer' },
    started: { type: 'integer' },
    digest: { type: 'text' },
    ended: { type: 'integer' },
    resource_type: { type: 'text' },
    name: { type: 'text' },
    size: { type: 'integer' },
  },
  primaryKey: ['workspace', 'span', 'started', 'digest'],
};

export const sharedIn: TableSpec<SharedInRow> = {
  name: 'billing_shared_in',
  columns: {
    workspace: { type: 'text' },
    resource_type: { type: 'text' },
    name: { type: 'text' },
    share_id: { type: 'text' },
    source: { type: 'text' },
    since: { type: 'integer' },
  },
  primaryKey: ['workspace', 'resource_type', 'name'],
};

/** The tables as queries see them. */
export interface StorageTables {
  readonly billing_workspaces: MeteredWorkspaceRow;
  readonly billing_tags: MeteredTagRow;
  readonly billing_digests: DigestMeterRow;
  readonly billing_heirs: HeirRow;
  readonly billing_stretches: StretchRow;
  readonly billing_shared_in: SharedInRow;
}

const minute = 60_000;

/** The longest a stretch of each span may be, in milliseconds: a minute, four, sixteen … the last has no bound. */
export const spanLimits: readonly number[] = [
  ...Array.from({ length: 12 }, (_, span) => minute * 4 ** span),
  Number.MAX_SAFE_INTEGER,
];

/**
 * The class of a stretch by its length. Whatever of span `s` overlaps a period began less than
 * `spanLimits[s]` before it, so one short range per span holds all candidates.
 */
export function spanOf(milliseconds: number): number {
  return spanLimits.findIndex((limit) => milliseconds <= limit);
}
