import type { ImageEventData } from '../slot-event.js';
import type { ImageEvent, ShareParties } from '../../images/domain/image.events.js';
import type { FeedEvent } from './feed-message.js';
import type { SlotFact } from './slot-fact.js';

/** What has to be known to tell an event of an own slot. */
export interface OwnSurroundings {
  /** The account that the workspace is in, if it is known. */
  readonly account: string | undefined;
  /** The owner of the image that the slot held before the event, when that was shared in. */
  readonly owner: string | undefined;
}

/** What an event of one of a workspace's own slots is in its feed. */
export function ownEvent(fact: SlotFact, { account, owner }: OwnSurroundings): FeedEvent {
  const { event } = fact;
  const about = {
    ...aboutImage(fact, fact.slot.workspace),
    ...(isByOwnPeople(event, account) && { principal: fact.by }),
  };
  switch (event.type) {
    case 'ImageRegistered':
      return { type: 'image.registered', ...about, ...event.data };
    case 'ImageDeleted':
      return { type: 'image.deleted', ...about };
    case 'TagPushed':
      return { type: 'tag.pushed', ...about, ...pushedTag(event.data) };
    case 'TagDeleted':
      return { type: 'tag.deleted', ...about, ...event.data };
    case 'ImageShared':
      return { type: 'image.shared-out', ...about, ...towards(event.data) };
    case 'ImageUnshared':
      return { type: 'image.unshared', ...about, ...towards(event.data), reason: event.data.reason };
    case 'ShareRequested': {
      const { expiresAt } = event.data;
      return { type: 'share.requested', ...about, direction: 'outgoing', ...towards(event.data), expiresAt };
    }
    case 'ShareRequestDeclined':
    case 'ShareRequestExpired':
    case 'ShareRequestWithdrawn':
      return { type: endings[event.type], ...about, direction: 'outgoing', ...towards(event.data) };
    case 'SharedImageReceived':
      return { type: 'image.shared-in', ...about, ...from(event.data) };
    case 'SharedImageRevoked':
      return { type: 'image.share-revoked', ...about, ...from(event.data), reason: event.data.reason };
    case 'ImageDeployed':
      return { type: 'deployment.created', ...about, ...ownedBy(owner), ...event.data };
    case 'DeploymentRetired':
      return { type: 'deployment.retired', ...about, ...ownedBy(owner), ...event.data };
  }
}

/** What an event of a source's slot is in the feed of a workspace that the image is shared with. */
export function comesAlong(fact: SlotFact, workspace: string): FeedEvent | undefined {
  const { event, slot } = fact;
  const about = { ...aboutImage(fact, workspace), sourceWorkspace: slot.workspace };
  switch (event.type) {
    case 'TagPushed':
      return { type: 'tag.pushed', ...about, ...pushedTag(event.data) };
    case 'TagDeleted':
      return { type: 'tag.deleted', ...about, ...event.data };
    default:
      return undefined;
  }
}

/** What an event of a source's slot is in the feed of the workspace that it asks to take the image. */
export function asksTarget(fact: SlotFact, workspace: string): FeedEvent | undefined {
  const { event, slot } = fact;
  if (!('target' in event.data) || event.data.target !== workspace) return undefined;
  const { shareId } = event.data;
  const about = { ...aboutImage(fact, workspace), shareId, sourceWorkspace: slot.workspace };
  switch (event.type) {
    case 'ShareRequested':
      return { type: 'share.requested', ...about, direction: 'incoming', expiresAt: event.data.expiresAt };
    case 'ShareRequestDeclined':
    case 'ShareRequestExpired':
    case 'ShareRequestWithdrawn':
      return { type: endings[event.type], ...about, direction: 'incoming' };
    case 'ImageUnshared': {
      const { reason } = event.data;
      return reason === 'name-taken' ? { type: 'share.failed', ...about, direction: 'incoming', reason } : undefined;
    }
    default:
      return undefined;
  }
}

/** False when people of another workspace may have caused it: they are not shown around. */
function isByOwnPeople(event: ImageEvent, account: string | undefined): boolean {
  switch (event.type) {
    case 'ImageRegistered':
    case 'TagPushed':
    case 'TagDeleted':
    case 'ImageDeleted':
    case 'ShareRequested':
    case 'ShareRequestWithdrawn':
    case 'ImageDeployed':
    case 'DeploymentRetired':
      return true;
    case 'ImageShared':
      // Another account takes part only by its own people's acceptance.
      return event.data.targetAccountId === account;
    case 'ImageUnshared':
      return event.data.reason === 'requested';
    case 'ShareRequestDeclined':
    case 'ShareRequestExpired':
    case 'SharedImageReceived':
    case 'SharedImageRevoked':
      return false;
  }
}

const endings = {
  ShareRequestDeclined: 'share.declined',
  ShareRequestExpired: 'share.expired',
  ShareRequestWithdrawn: 'share.withdrawn',
} as const;

function aboutImage({ slot, position, at }: SlotFact, workspace: string) {
  return { position, workspace, resourceType: slot.resourceType, name: slot.name, occurredAt: at };
}

function pushedTag({ replaces, ...pushed }: ImageEventData<'TagPushed'>) {
  return { ...pushed, ...(replaces !== undefined && { previousDigest: replaces }) };
}

function towards({ shareId, target, targetAccountId }: ShareParties) {
  return { shareId, targetWorkspace: target, targetAccountId };
}

function from({ shareId, source }: ImageEventData<'SharedImageReceived'>) {
  return { shareId, sourceWorkspace: source };
}

function ownedBy(source: string | undefined) {
  return source === undefined ? {} : { sourceWorkspace: source };
}
