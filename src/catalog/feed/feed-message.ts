import { z } from 'zod';
import type { Position } from '../../event-sourcing/position.js';
import type { UnshareReason } from '../../images/domain/image.events.js';
import {
  accountIdField,
  digestField,
  imageNameField,
  mediaTypeField,
  platformField,
  positionField,
  principalField,
  resourceTypeField,
  sizeField,
  tagField,
  timeField,
  workspaceNameField,
} from '../../vocabulary/field-schemas.js';
import type { ShapeOf } from '../../vocabulary/shape.js';

const about = {
  position: positionField.describe(
    'Where it stands in the order of everything that happens; at most one event of a feed stands there.',
  ),
  workspace: workspaceNameField.describe('Whose feed this is.'),
  resourceType: resourceTypeField,
  name: imageNameField.describe('The image, as this workspace knows it.'),
  occurredAt: timeField,
};

const maybeShared = {
  sourceWorkspace: workspaceNameField
    .describe('The owner of an image that is shared with this workspace; absent for its own images.')
    .exactOptional(),
};

const towardsTarget = {
  shareId: z.string(),
  targetWorkspace: workspaceNameField.describe('Who has, or is asked to have, the image.'),
  targetAccountId: accountIdField,
};

const fromSource = {
  shareId: z.string(),
  sourceWorkspace: workspaceNameField.describe('Whose image this workspace has, or is asked to have.'),
};

const deployed = {
  ...maybeShared,
  kind: resourceTypeField.describe('What is deployed.'),
  deployment: z.string().describe('Its name.'),
};

const reason = z
  .enum(['requested', 'name-taken'])
  .describe('`name-taken`: the target has an image of that name.') satisfies z.ZodType<UnshareReason>;

const principal = principalField
  .describe('Who did it; told only of what people of this workspace did.')
  .exactOptional();

/** What people of this workspace did, or others. */
function news<T extends string, F extends z.core.$ZodLooseShape>(type: z.ZodType<T>, fields: F) {
  return z.strictObject({ ...about, principal, type, ...fields });
}

/** What only people of another workspace do. */
function foreignNews<T extends string, F extends z.core.$ZodLooseShape>(type: z.ZodType<T>, fields: F) {
  return z.strictObject({ ...about, type, ...fields });
}

const ending = z.enum(['share.declined', 'share.expired', 'share.withdrawn']);
const outgoing = { direction: z.literal('outgoing'), ...towardsTarget };
const incoming = { direction: z.literal('incoming'), ...fromSource };
const expiresAt = timeField;

/** What changed in the catalog of one workspace. */
export const feedEventSchema = z
  .union([
    news(z.literal('image.registered'), {
      reference: z.string().describe('Where the image comes from, when that was said.').exactOptional(),
    }),
    news(z.literal('image.deleted'), {}),
    news(z.literal('tag.pushed'), {
      ...maybeShared,
      tag: tagField,
      digest: digestField,
      size: sizeField.describe('Bytes of everything the digest refers to.'),
      mediaType: mediaTypeField.exactOptional(),
      platforms: z.array(platformField),
      previousDigest: digestField.describe('What the tag pointed at before.').exactOptional(),
    }),
    news(z.literal('tag.deleted'), { ...maybeShared, tag: tagField, digest: digestField }),
    foreignNews(z.literal('image.shared-in'), fromSource),
    foreignNews(z.literal('image.share-revoked'), { ...fromSource, reason }),
    news(z.literal('image.shared-out'), towardsTarget),
    news(z.literal('image.unshared'), { ...towardsTarget, reason }),
    news(z.literal('share.requested'), { ...outgoing, expiresAt }),
    foreignNews(z.literal('share.requested'), { ...incoming, expiresAt }),
    news(ending, outgoing),
    foreignNews(ending, incoming),
    // The image was to come in and could not, for this workspace has one of that name.
    foreignNews(z.literal('share.failed'), { ...incoming, reason }),
    news(z.literal('deployment.created'), {
      ...deployed,
      tag: tagField.exactOptional(),
      digest: digestField,
      movedFrom: z
        .strictObject({ resourceType: resourceTypeField, name: imageNameField })
        .describe('The image it ran from until now, when that was another one.')
        .exactOptional(),
    }),
    news(z.literal('deployment.retired'), deployed),
  ])
  .meta({ id: 'FeedEvent', description: 'What changed in the catalog of one workspace.' });

export type FeedEvent = ShapeOf<typeof feedEventSchema>;

/** Everything there was has been told; what follows is live. */
export const caughtUpSchema = z
  .strictObject({
    position: positionField.describe('Absent while nothing has ever happened.').exactOptional(),
    type: z.literal('caught-up'),
    workspace: workspaceNameField,
  })
  .meta({ id: 'FeedCaughtUp', description: 'Everything there was has been told; what follows is live. Told once.' });

export type FeedEventType = FeedEvent['type'];

const knownTypes: Readonly<Record<FeedEventType, true>> = {
  'image.registered': true,
  'image.deleted': true,
  'tag.pushed': true,
  'tag.deleted': true,
  'image.shared-in': true,
  'image.share-revoked': true,
  'image.shared-out': true,
  'image.unshared': true,
  'share.requested': true,
  'share.declined': true,
  'share.expired': true,
  'share.withdrawn': true,
  'share.failed': true,
  'deployment.created': true,
  'deployment.retired': true,
};

/** Every type of event there is. */
export const feedEventTypes: readonly string[] = Object.keys(knownTypes);

/** Something happened. */
export interface EventMessage {
  readonly kind: 'event';
  readonly position: Position;
  /** The id of the stored event, a UUID. The feeds of several workspaces may tell it, each in its own words. */
  readonly id: string;
  readonly event: FeedEvent;
}

/** What a feed says. Everything of the workspace up to a message's position has been said with it or before. */
export type FeedMessage =
  | EventMessage
  /** Everything there was has been said; what follows is live. Said once. */
  | { readonly kind: 'caught-up'; readonly position: Position | undefined }
  /** Nothing happened here while the world went on. Whoever comes back begins after this. */
  | { readonly kind: 'position'; readonly position: Position };
