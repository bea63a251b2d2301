import { z } from 'zod';
import { defineCodec } from '../../event-sourcing/codec.js';
import { isDigest, isImageName, isTag, isWorkspaceName, resourceTypes } from '../../vocabulary/names.js';
import type { ImageEvent } from './image.events.js';
import { isTimestamp } from './timestamps.js';

const text = z.string().min(1, 'must not be empty');
const tag = z.string().refine(isTag, 'is not a tag (letters, digits, "_", "." and "-", at most 128)');
const digest = z.string().refine(isDigest, 'is not a digest (sha256: and 64 hex digits, or sha512: and 128)');
const workspace = z.string().refine(isWorkspaceName, 'is not a workspace name (a-z, 0-9 and inner "-", at most 63)');
const imageName = z.string().refine(isImageName, 'is not the name of an image');
const timestamp = z.string().refine(isTimestamp, 'is not a date and time of RFC 3339');
const resourceType = z.enum(resourceTypes);
const unshareReason = z.enum(['requested', 'name-taken']);

const parties = { shareId: text, target: workspace, targetAccountId: text };

/** Writes and reads the events of a slot. */
export const imageCodec = defineCodec<ImageEvent>({
  ImageRegistered: {
    doc: 'The workspace now owns an image of this name; it has no tags yet.',
    version: 1,
    schema: z.strictObject({ reference: text.exactOptional() }),
  },
  TagPushed: {
    doc: 'A tag of the image now points at this digest; `replaces` is the digest it pointed at before.',
    version: 2,
    schema: z.strictObject({
      tag,
      digest,
      size: z.int('must be a whole number of bytes').nonnegative('must not be negative'),
      mediaType: text.exactOptional(),
      platforms: z.array(text),
      replaces: digest.exactOptional(),
    }),
    upcast: {
      // The first version did not say for which platforms the digest has data.
      1: (data) => ({ ...data, platforms: [] }),
    },
  },
  TagDeleted: {
    doc: 'The tag is gone; it pointed at this digest.',
    version: 1,
    schema: z.strictObject({ tag, digest }),
  },
  ImageDeleted: {
    doc: 'The workspace no longer owns the image; its tags are gone with it.',
    version: 1,
    schema: z.strictObject({}),
  },
  ImageShared: {
    doc: 'The target workspace may use the image with all its tags, present and future; an accepted request keeps its share id.',
    version: 1,
    schema: z.strictObject(parties),
  },
  ImageUnshared: {
    doc: 'The share ended: it was taken back, or the target had an image of that name.',
    version: 1,
    schema: z.strictObject({ ...parties, reason: unshareReason }),
  },
  ShareRequested: {
    doc: 'A workspace of another account was asked to take the image; nothing is shared until it accepts.',
    version: 1,
    schema: z.strictObject({ ...parties, expiresAt: timestamp }),
  },
  ShareRequestDeclined: {
    doc: 'The target workspace turned the request down.',
    version: 1,
    schema: z.strictObject(parties),
  },
  ShareRequestExpired: {
    doc: 'Nobody answered the request before it expired.',
    version: 1,
    schema: z.strictObject(parties),
  },
  ShareRequestWithdrawn: {
    doc: 'The owner took the request back, or it became void because the image was deleted or shared at once.',
    version: 1,
    schema: z.strictObject(parties),
  },
  SharedImageReceived: {
    doc: 'The slot now holds the image of this name that the source workspace owns.',
    version: 1,
    schema: z.strictObject({ shareId: text, source: workspace }),
  },
  SharedImageRevoked: {
    doc: 'The image shared in is gone from the slot, and what was deployed from it with it.',
    version: 1,
    schema: z.strictObject({ shareId: text, source: workspace, reason: unshareReason }),
  },
  ImageDeployed: {
    doc: 'A deployment of the workspace now runs from this digest; an earlier deployment of the same kind and name is replaced; `movedFrom` is the image it ran from before, when that was another one.',
    version: 1,
    schema: z.strictObject({
      kind: resourceType,
      deployment: text,
      tag: tag.exactOptional(),
      digest,
      movedFrom: z.strictObject({ resourceType, name: imageName }).exactOptional(),
    }),
  },
  DeploymentRetired: {
    doc: 'The deployment no longer runs from the image.',
    version: 1,
    schema: z.strictObject({ kind: resourceType, deployment: text }),
  },
});
