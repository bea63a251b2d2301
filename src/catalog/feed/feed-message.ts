import type { Position } from '../../event-sourcing/position.js';
import type { UnshareReason } from '../../images/domain/image.events.js';
import type { ResourceType } from '../../vocabulary/names.js';

/** What every event of a feed says. */
interface AboutImage {
  /** Where it stands in the order of everything that happens; at most one event of a feed stands there. */
  readonly position: Position;
  /** Whose feed this is. */
  readonly workspace: string;
  /** The image, as this workspace knows it. */
  readonly resourceType: ResourceType;
  readonly name: string;
  /** RFC 3339 in UTC with milliseconds. */
  readonly occurredAt: string;
  /** Who did it; told only of what people of this workspace did. */
  readonly principal?: string;
}

/** The owner of an image that is shared with this workspace; absent for its own images. */
interface MaybeShared {
  readonly sourceWorkspace?: string;
}

interface PushedTag extends MaybeShared {
  readonly tag: string;
  readonly digest: string;
  /** Bytes of everything the digest refers to. */
  readonly size: number;
  readonly mediaType?: string;
  readonly platforms: readonly string[];
  /** What the tag pointed at before. */
  readonly previousDigest?: string;
}

/** Another workspace that has, or is asked to have, an image of this one. */
interface TowardsTarget {
  readonly shareId: string;
  readonly targetWorkspace: string;
  readonly targetAccountId: string;
}

/** Another workspace whose image this one has, or is asked to have. */
interface FromSource {
  readonly shareId: string;
  readonly sourceWorkspace: string;
}

type Direction =
  ({ readonly direction: 'outgoing' } & TowardsTarget) | ({ readonly direction: 'incoming' } & FromSource);

interface OfDeployment extends MaybeShared {
  /** What is deployed. */
  readonly kind: ResourceType;
  /** Its name. */
  readonly deployment: string;
}

/** What changed in the catalog of one workspace. */
export type FeedEvent = AboutImage &
  (
    | { readonly type: 'image.registered'; readonly reference?: string }
    | { readonly type: 'image.deleted' }
    | ({ readonly type: 'tag.pushed' } & PushedTag)
    | ({ readonly type: 'tag.deleted'; readonly tag: string; readonly digest: string } & MaybeShared)
    | ({ readonly type: 'image.shared-in' } & FromSource)
    | ({ readonly type: 'image.share-revoked'; readonly reason: UnshareReason } & FromSource)
    | ({ readonly type: 'image.shared-out' } & TowardsTarget)
    | ({ readonly type: 'image.unshared'; readonly reason: UnshareReason } & TowardsTarget)
    | ({ readonly type: 'share.requested'; readonly expiresAt: string } & Direction)
    | ({ readonly type: 'share.declined' | 'share.expired' | 'share.withdrawn' } & Direction)
    /** The image was to come in and could not, for this workspace has one of that name. */
    | ({ readonly type: 'share.failed'; readonly direction: 'incoming'; readonly reason: UnshareReason } & FromSource)
    | ({ readonly type: 'deployment.created'; readonly tag?: string; readonly digest: string } & OfDeployment)
    | ({ readonly type: 'deployment.retired' } & OfDeployment)
  );

export type FeedEventType = FeedEvent['type'];

/** What a feed says. Everything of the workspace up to a message's position has been said with it or before. */
export type FeedMessage =
  | { readonly kind: 'event'; readonly position: Position; readonly event: FeedEvent }
  /** Everything there was has been said; what follows is live. Said once. */
  | { readonly kind: 'caught-up'; readonly position: Position | undefined }
  /** Nothing happened here while the world went on. Whoever comes back begins after this. */
  | { readonly kind: 'position'; readonly position: Position };
