import type { ResourceType } from '../../vocabulary/names.js';
import type { DeploymentData, ShareParties } from './image.events.js';
import { deploymentKey } from './image.state.js';
import type { ImageState, OwnedImage, ShareRequest, TagState } from './image.state.js';

/** The tag of this name, of an image the slot owns. */
export function findTag(state: ImageState, tag: string): TagState | undefined {
  return state.kind === 'owned' ? state.tags.get(tag) : undefined;
}

/** The tag pushed most recently among those that stand. Looks at all of them only after the newest was deleted. */
export function latestTag(state: ImageState): (TagState & { readonly tag: string }) | undefined {
  if (state.kind !== 'owned') return undefined;
  const tag = state.lastPushed ?? newestOf(state.tags);
  const found = tag === undefined ? undefined : state.tags.get(tag);
  return tag === undefined || found === undefined ? undefined : { tag, ...found };
}

function newestOf(tags: OwnedImage['tags']): string | undefined {
  let newest: string | undefined;
  let newestPush = 0;
  tags.forEach(({ push }, tag) => {
    if (push <= newestPush) return;
    newest = tag;
    newestPush = push;
  });
  return newest;
}

/**
 * True when a tag of the image, other than the one excepted, points at the digest. Looks at the tags one by one: it
 * is asked for deployments by digest and for tags whose digest is deployed, too seldom to pay for an index at every push.
 */
export function holdsDigest(image: OwnedImage, digest: string, except?: string): boolean {
  return image.tags.some((found, tag) => found.digest === digest && tag !== except);
}

/** The active share with a target. */
export function activeShare(state: ImageState, target: string): ShareParties | undefined {
  return state.kind === 'owned' ? state.shares.get(target) : undefined;
}

/** The active share of this id. */
export function activeShareById(state: ImageState, shareId: string): ShareParties | undefined {
  const target = targetOf(state, shareId);
  return target === undefined ? undefined : activeShare(state, target);
}

/** The request of this id that waits for an answer, expired or not. */
export function pendingRequest(state: ImageState, shareId: string): ShareRequest | undefined {
  const target = targetOf(state, shareId);
  return target === undefined ? undefined : pendingRequestTo(state, target);
}

/** The request to a target that waits for an answer, expired or not. */
export function pendingRequestTo(state: ImageState, target: string): ShareRequest | undefined {
  return state.kind === 'owned' ? state.requests.get(target) : undefined;
}

/** All requests that wait for an answer, expired ones too, ordered by target. */
export function pendingRequests(state: ImageState): readonly ShareRequest[] {
  if (state.kind !== 'owned') return [];
  return [...state.requests.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}

/** The deployment of this kind and name that was made from this slot. */
export function findDeployment(state: ImageState, kind: ResourceType, deployment: string): DeploymentData | undefined {
  return state.kind === 'empty' ? undefined : state.deployments.get(deploymentKey(kind, deployment));
}

/**
 * The deployments that keep a tag from being deleted: made through it, or pinned to its digest when no other tag
 * of the image points there.
 */
export function deploymentsUsing(state: ImageState, tag: string): readonly DeploymentData[] {
  const found = findTag(state, tag);
  if (state.kind !== 'owned' || found === undefined) return [];
  const deployments = [...state.deployments.values()];
  const pinned = deployments.some(({ digest }) => digest === found.digest);
  const isLastOfDigest = pinned && !holdsDigest(state, found.digest, tag);
  return deployments.filter(
    (deployment) => deployment.tag === tag || (isLastOfDigest && deployment.digest === found.digest),
  );
}

function targetOf(state: ImageState, shareId: string): string | undefined {
  return state.kind === 'owned' ? state.shareTargets.get(shareId) : undefined;
}
