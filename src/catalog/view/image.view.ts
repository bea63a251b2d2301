import { z } from 'zod';
import {
  digestField,
  imageNameField,
  mediaTypeField,
  platformField,
  resourceTypeField,
  sizeField,
  tagField,
  timeField,
  workspaceNameField,
} from '../../vocabulary/field-schemas.js';
import type { ShapeOf } from '../../vocabulary/shape.js';
import type { Slot } from '../../vocabulary/slot.js';
import { slotIn } from '../../vocabulary/slot.js';
import type { TagRow } from '../catalog.tables.js';
import { readPlatforms } from './platforms.js';

const imageTag = z
  .strictObject({
    name: tagField,
    size: sizeField.describe('Bytes of everything the digest refers to.'),
    createdAt: timeField.describe('When the tag appeared. It stays when the tag is pushed again.'),
    updatedAt: timeField.describe('When the tag was last pushed.'),
    digest: digestField.describe('What the tag points at.'),
    mediaType: mediaTypeField.describe('Of what the digest refers to.').exactOptional(),
    platforms: z.array(platformField).describe('Each as os/architecture[/variant]; empty when not known.'),
  })
  .meta({ id: 'ImageTag', description: 'A tag of an image.' });

const imageMetadataFields = z
  .strictObject({
    name: imageNameField,
    resourceType: resourceTypeField,
    workspace: workspaceNameField.describe('Whose catalog it stands in.'),
    sourceWorkspace: workspaceNameField
      .describe('Only of an image shared in: the workspace that owns it.')
      .exactOptional(),
    displayName: z.string().describe('Where the content stands: `[registry/]workspace/type/name` of the owner.'),
    createdAt: timeField.describe('When the original was registered.'),
    updatedAt: timeField.describe('When its tags last changed.'),
    lastDeployedAt: timeField.describe('When this workspace last deployed it, through any tag.').exactOptional(),
    sharedAt: timeField.describe('Only of an image shared in: since when.').exactOptional(),
    status: z
      .literal('BUILT')
      .describe('Absent while there is nothing to run: no tag, and no reference given at registration.')
      .exactOptional(),
  })
  .meta({ id: 'ImageMetadata' });

const imageSpecFields = z
  .strictObject({
    size: sizeField.describe('Bytes that the tags hold together, each digest counted once, as storage is billed.'),
    tags: z.array(imageTag).describe('The tag pushed last comes first.'),
  })
  .meta({ id: 'ImageSpec' });

/**
 * An image as the management API shows it.
 *
 * An image shared in is shown under the target's workspace with the dates of the original: its tags are the
 * original's and older than the share, and a push at the source has to show. When it was shared is in `sharedAt`.
 */
export const imageSchema = z
  .strictObject({ metadata: imageMetadataFields, spec: imageSpecFields })
  .meta({ id: 'Image', description: 'An image as a workspace sees it: its own, or one shared with it.' });

export type ImageView = ShapeOf<typeof imageSchema>;
export type ImageTagView = ShapeOf<typeof imageTag>;

/** What a workspace has of an image. */
export interface CatalogEntry {
  readonly slot: Slot;
  /** The workspace that owns the image, when it is shared in. */
  readonly source: string | null;
  /** When the image came into this slot. */
  readonly since: string;
  readonly lastDeployedAt: string | null;
}

/** What an image is, the same for everyone who sees it. */
export interface ImageContent {
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly hasReference: boolean;
  readonly tags: readonly TagRow[];
}

/** `[registry/]workspace/type/name`, where the content of an image stands. */
export function repositoryName(owner: Slot, registry: string | undefined): string {
  const path = `${owner.workspace}/${owner.resourceType}/${owner.name}`;
  return registry === undefined ? path : `${registry}/${path}`;
}

/** The part of an image's view that says who looks at it. */
export function imageMetadata(
  entry: CatalogEntry,
  content: Pick<ImageContent, 'createdAt' | 'updatedAt'> & { readonly built: boolean },
  registry: string | undefined,
): ImageView['metadata'] {
  const { slot, source, since, lastDeployedAt } = entry;
  return {
    name: slot.name,
    resourceType: slot.resourceType,
    workspace: slot.workspace,
    ...(source !== null && { sourceWorkspace: source }),
    displayName: repositoryName(source === null ? slot : slotIn(source, slot), registry),
    createdAt: content.createdAt,
    updatedAt: content.updatedAt,
    ...(lastDeployedAt !== null && { lastDeployedAt }),
    ...(source !== null && { sharedAt: since }),
    ...(content.built && { status: 'BUILT' }),
  };
}

/** The part of an image's view that is the same for everyone. */
export function imageSpec({ tags }: Pick<ImageContent, 'tags'>): ImageView['spec'] {
  const sizes = new Map<string, number>();
  for (const { digest, size } of tags) sizes.set(digest, size);
  let size = 0;
  for (const bytes of sizes.values()) size += bytes;
  const newestFirst = [...tags].sort((a, b) => (a.position < b.position ? 1 : -1));
  return { size, tags: newestFirst.map(imageTagView) };
}

/** True when there is something to run. */
export function isBuilt({ tags, hasReference }: Pick<ImageContent, 'tags' | 'hasReference'>): boolean {
  return tags.length > 0 || hasReference;
}

function imageTagView(row: TagRow): ImageTagView {
  return {
    name: row.tag,
    size: row.size,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    digest: row.digest,
    ...(row.media_type !== null && { mediaType: row.media_type }),
    platforms: readPlatforms(row.platforms),
  };
}
