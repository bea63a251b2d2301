import { z } from 'zod';
import {
  digestField,
  imageNameField,
  mediaTypeField,
  platformField,
  resourceTypeField,
  sizeField,
  tagField,
  workspaceNameField,
} from '../../vocabulary/field-schemas.js';
import type { ShapeOf } from '../../vocabulary/shape.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { TagRow } from '../catalog.tables.js';
import { repositoryName } from './image.view.js';
import { readPlatforms } from './platforms.js';

const source = z
  .strictObject({ workspace: workspaceNameField, resourceType: resourceTypeField, name: imageNameField })
  .meta({ id: 'ImageSource', description: 'The place that owns the image.' });

/** Where the content stands that a reference means. */
export const resolvedImageSchema = z
  .strictObject({
    source,
    repository: z.string().describe('`[registry/]workspace/type/name` of the owner.'),
    tag: tagField.describe('The tag it was found by; absent when it was asked for by digest.').exactOptional(),
    digest: digestField,
    size: sizeField.describe('Bytes of everything the digest refers to.'),
    mediaType: mediaTypeField.describe('Of what the digest refers to.').exactOptional(),
    platforms: z.array(platformField).describe('Each as os/architecture[/variant]; empty when not known.'),
    reference: z.string().describe('What to pull: the repository at the digest.'),
  })
  .meta({ id: 'ResolvedImage', description: 'What a tag or digest means now.' });

export type ResolvedImage = ShapeOf<typeof resolvedImageSchema>;

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
