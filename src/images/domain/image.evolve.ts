import { Map as ImmutableMap } from 'immutable';
import type { DeploymentData, ImageEvent, ShareParties } from './image.events.js';
import { deploymentKey, emptySlot } from './image.state.js';
import type { ImageState, OwnedImage, ShareRequest, SharedInImage } from './image.state.js';

type DataOf<T extends ImageEvent['type']> = Extract<ImageEvent, { type: T }>['data'];

/** An event that cannot have happened after those before it: the stream has been damaged or was written by other rules. */
export class ImpossibleEventError extends Error {
  override readonly name = 'ImpossibleEventError';

  constructor(event: ImageEvent, why: string) {
    super(`${event.type} cannot follow here: ${why}`);
  }
}

/**
 * The state after one more fact.
 *
 * @throws ImpossibleEventError when the fact speaks of something that the state does not hold
 */
export function evolve(state: ImageState, event: ImageEvent): ImageState {
  switch (event.type) {
    case 'ImageRegistered':
      expectEmpty(state, event);
      return registered;
    case 'TagPushed':
      return pushTag(owned(state, event), event.data);
    case 'TagDeleted':
      return deleteTag(owned(state, event), event);
    case 'ImageDeleted':
      owned(state, event);
      return emptySlot;
    case 'ImageShared':
      return share(owned(state, event), event);
    case 'ImageUnshared':
      return unshare(owned(state, event), event);
    case 'ShareRequested':
      return request(owned(state, event), event);
    case 'ShareRequestDeclined':
    case 'ShareRequestExpired':
    case 'ShareRequestWithdrawn':
      return endRequest(owned(state, event), event);
    case 'SharedImageReceived': {
      expectEmpty(state, event);
      const { shareId, source } = event.data;
      return { kind: 'shared-in', shareId, source, deployments: ImmutableMap() };
    }
    case 'SharedImageRevoked':
      expectShareOf(state, event);
      return emptySlot;
    case 'ImageDeployed':
      return deploy(filled(state, event), event.data);
    case 'DeploymentRetired':
      return retire(filled(state, event), event);
  }
}

const registered: OwnedImage = {
  kind: 'owned',
  tags: ImmutableMap(),
  pushes: 0,
  lastPushed: undefined,
  shares: ImmutableMap(),
  requests: ImmutableMap(),
  shareTargets: ImmutableMap(),
  deployments: ImmutableMap(),
};

function expectEmpty(state: ImageState, event: ImageEvent): void {
  if (state.kind !== 'empty') throw new ImpossibleEventError(event, 'the slot already holds an image');
}

function owned(state: ImageState, event: ImageEvent): OwnedImage {
  if (state.kind === 'owned') return state;
  throw new ImpossibleEventError(event, 'the slot holds no image of its own workspace');
}

function filled(state: ImageState, event: ImageEvent): OwnedImage | SharedInImage {
  if (state.kind !== 'empty') return state;
  throw new ImpossibleEventError(event, 'the slot is empty');
}

function expectShareOf(state: ImageState, event: Extract<ImageEvent, { type: 'SharedImageRevoked' }>): void {
  if (state.kind === 'shared-in' && state.shareId === event.data.shareId) return;
  throw new ImpossibleEventError(event, `the slot does not hold share ${event.data.shareId}`);
}

function pushTag(image: OwnedImage, { tag, digest }: DataOf<'TagPushed'>): OwnedImage {
  const push = image.pushes + 1;
  return { ...image, tags: image.tags.set(tag, { digest, push }), pushes: push, lastPushed: tag };
}

function deleteTag(image: OwnedImage, event: Extract<ImageEvent, { type: 'TagDeleted' }>): OwnedImage {
  const { tag } = event.data;
  if (!image.tags.has(tag)) throw new ImpossibleEventError(event, `there is no tag ${tag}`);
  return {
    ...image,
    tags: image.tags.delete(tag),
    lastPushed: image.lastPushed === tag ? undefined : image.lastPushed,
  };
}

function share(image: OwnedImage, event: Extract<ImageEvent, { type: 'ImageShared' }>): OwnedImage {
  const parties = partiesOf(event.data);
  const waiting = image.requests.get(parties.target);
  if (image.shares.has(parties.target) || (waiting !== undefined && waiting.shareId !== parties.shareId)) {
    throw new ImpossibleEventError(event, `another share with ${parties.target} has not ended`);
  }
  return {
    ...image,
    shares: image.shares.set(parties.target, parties),
    requests: image.requests.delete(parties.target),
    shareTargets: image.shareTargets.set(parties.shareId, parties.target),
  };
}

function unshare(image: OwnedImage, event: Extract<ImageEvent, { type: 'ImageUnshared' }>): OwnedImage {
  const { shareId, target } = event.data;
  if (image.shares.get(target)?.shareId !== shareId) {
    throw new ImpossibleEventError(event, `there is no share ${shareId} with ${target}`);
  }
  return { ...image, shares: image.shares.delete(target), shareTargets: image.shareTargets.delete(shareId) };
}

function request(image: OwnedImage, event: Extract<ImageEvent, { type: 'ShareRequested' }>): OwnedImage {
  const { shareId, target, expiresAt } = event.data;
  if (image.shares.has(target) || image.requests.has(target)) {
    throw new ImpossibleEventError(event, `another share with ${target} has not ended`);
  }
  const waiting: ShareRequest = { ...partiesOf(event.data), expiresAt };
  return {
    ...image,
    requests: image.requests.set(target, waiting),
    shareTargets: image.shareTargets.set(shareId, target),
  };
}

function endRequest(
  image: OwnedImage,
  event: Extract<ImageEvent, { type: 'ShareRequestDeclined' | 'ShareRequestExpired' | 'ShareRequestWithdrawn' }>,
): OwnedImage {
  const { shareId, target } = event.data;
  if (image.requests.get(target)?.shareId !== shareId) {
    throw new ImpossibleEventError(event, `no request ${shareId} to ${target} waits for an answer`);
  }
  return { ...image, requests: image.requests.delete(target), shareTargets: image.shareTargets.delete(shareId) };
}

function partiesOf({ shareId, target, targetAccountId }: ShareParties): ShareParties {
  return { shareId, target, targetAccountId };
}

function deploy(
  image: OwnedImage | SharedInImage,
  { kind, deployment, tag, digest }: DataOf<'ImageDeployed'>,
): OwnedImage | SharedInImage {
  const pinned: DeploymentData = { kind, deployment, ...(tag !== undefined && { tag }), digest };
  return { ...image, deployments: image.deployments.set(deploymentKey(kind, deployment), pinned) };
}

function retire(
  image: OwnedImage | SharedInImage,
  event: Extract<ImageEvent, { type: 'DeploymentRetired' }>,
): OwnedImage | SharedInImage {
  const key = deploymentKey(event.data.kind, event.data.deployment);
  if (!image.deployments.has(key)) throw new ImpossibleEventError(event, `there is no deployment ${key}`);
  return { ...image, deployments: image.deployments.delete(key) };
}
