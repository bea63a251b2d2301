import type { ResourceType } from '../../vocabulary/names.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { TagRow } from '../catalog.tables.js';
import { repositoryName } from './image.view.js';
import { readPlatforms } from './platforms.js';

/** Where the content stands that a reference means. */
export interface ResolvedImage {
  /** The slot that owns the image. */
  readonly source: { readonly workspace: string; readonly resourceType: ResourceType; readonly name: string };
  /** `[registry/]workspace/type/name` of the owner. */
  readonly repository: string;
  /** The tag it was found by; absent when it was asked for by digest. */
  readonly tag?: string;
  readonly digest: string;
  /** Bytes of everything the digest refers to. */
  readonly size: number;
  readonly mediaType?: string;
  /** `os/architecture[/variant]`. */
  readonly platforms: readonly string[];
  /** What to pull: the repository at the digest. */
  readonly reference: string;
}

export function resolvedImage(
  owner: Slot,
  row: TagRow,
  asked: object | 'latest',
  registry: string | undefined,
): ResolvedImage {
  const repository = repositoryName(owner, registry);
  const byDigest = asked !== 'latest' && 'digest' in asked;
  return {
    source: { workspace: owner.workspace, resourceType: owner.resourceType, name: owner.name },
    repository,
    ...(!byDigest && { tag: row.tag }),
    digest: row.digest,
    size: row.size,
    ...(row.media_type !== null && { mediaType: row.media_type }),
    platforms: readPlatforms(row.platforms),
    reference: `${repository}@${row.digest}`,
  };
}
