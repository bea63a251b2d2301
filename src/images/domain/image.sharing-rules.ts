import { alreadySo, events, rejected } from '../../event-sourcing/decider.js';
import type { Decision } from '../../event-sourcing/decider.js';
import type { ImageCommandOf } from './image.commands.js';
import type { ImageEvent, ShareParties } from './image.events.js';
import { activeShare, activeShareById, pendingRequest, pendingRequestTo } from './image.queries.js';
import { refusal } from './image.rejections.js';
import type { ImageRejection } from './image.rejections.js';
import type { ImageState, OwnedImage } from './image.state.js';
import { hasCome } from './timestamps.js';

type ImageDecision = Decision<ImageEvent, ImageRejection>;

/** Shares at once. A request that waits at the same target is withdrawn: its question is settled. */
export function shareImage({ data }: ImageCommandOf<'ShareImage'>, state: ImageState): ImageDecision {
  const image = shareable(data, state);
  if (image.kind !== 'owned') return image;
  const { target, shareId } = data;
  if (activeShare(image, target) !== undefined) return alreadySo;
  if (image.shareTargets.has(shareId)) return rejected(refusal.shareIdTaken(data.slot, shareId));
  const waiting = pendingRequestTo(image, target);
  const shared: ImageEvent = { type: 'ImageShared', data: partiesOf(data) };
  return waiting === undefined
    ? events(shared)
    : events<ImageEvent>({ type: 'ShareRequestWithdrawn', data: partiesOf(waiting) }, shared);
}

/** Asks for a share. A request that waits at the same target stands, unless it has expired. */
export function requestShare({ data }: ImageCommandOf<'RequestShare'>, state: ImageState): ImageDecision {
  const image = shareable(data, state);
  if (image.kind !== 'owned') return image;
  const { target, shareId, expiresAt, now } = data;
  if (activeShare(image, target) !== undefined) return alreadySo;
  const waiting = pendingRequestTo(image, target);
  if (waiting !== undefined && !hasCome(waiting.expiresAt, now)) return alreadySo;
  if (image.shareTargets.has(shareId)) return rejected(refusal.shareIdTaken(data.slot, shareId));
  if (hasCome(expiresAt, now)) return rejected(refusal.expiryPassed(expiresAt));
  const requested: ImageEvent = { type: 'ShareRequested', data: { ...partiesOf(data), expiresAt } };
  return waiting === undefined
    ? events(requested)
    : events<ImageEvent>({ type: 'ShareRequestExpired', data: partiesOf(waiting) }, requested);
}

/** The image when it may be shared, or the reason why not. */
function shareable(
  { slot, target }: ImageCommandOf<'ShareImage' | 'RequestShare'>['data'],
  state: ImageState,
): OwnedImage | Decision<never, ImageRejection> {
  if (target === slot.workspace) return rejected(refusal.selfShare(slot));
  switch (state.kind) {
    case 'empty':
      return rejected(refusal.imageNotFound(slot));
    case 'shared-in':
      return rejected(refusal.cannotReshare(slot, state));
    case 'owned':
      return state;
  }
}

export function unshareImage({ data }: ImageCommandOf<'UnshareImage'>, state: ImageState): ImageDecision {
  const { slot, target } = data;
  if (state.kind === 'empty') return rejected(refusal.imageNotFound(slot));
  if (state.kind === 'shared-in') return rejected(refusal.notOwner(slot, state));
  const share = activeShare(state, target);
  if (share !== undefined) return events({ type: 'ImageUnshared', data: { ...share, reason: 'requested' } });
  const waiting = pendingRequestTo(state, target);
  if (waiting !== undefined) return events({ type: 'ShareRequestWithdrawn', data: partiesOf(waiting) });
  return rejected(refusal.shareNotFound(slot, target));
}

export function acceptShareRequest({ data }: ImageCommandOf<'AcceptShareRequest'>, state: ImageState): ImageDecision {
  const { shareId, now } = data;
  if (activeShareById(state, shareId) !== undefined) return alreadySo;
  const waiting = pendingRequest(state, shareId);
  if (waiting === undefined) return rejected(refusal.requestNotFound(shareId));
  if (hasCome(waiting.expiresAt, now)) return rejected(refusal.shareExpired(shareId, waiting.expiresAt));
  return events({ type: 'ImageShared', data: partiesOf(waiting) });
}

export function declineShareRequest({ data }: ImageCommandOf<'DeclineShareRequest'>, state: ImageState): ImageDecision {
  const { shareId, now } = data;
  const waiting = pendingRequest(state, shareId);
  if (waiting === undefined) return rejected(refusal.requestNotFound(shareId));
  if (hasCome(waiting.expiresAt, now)) return rejected(refusal.shareExpired(shareId, waiting.expiresAt));
  return events({ type: 'ShareRequestDeclined', data: partiesOf(waiting) });
}

/** A request that was answered or withdrawn has nothing left to expire. */
export function expireShareRequest({ data }: ImageCommandOf<'ExpireShareRequest'>, state: ImageState): ImageDecision {
  const waiting = pendingRequest(state, data.shareId);
  if (waiting === undefined) return alreadySo;
  if (!hasCome(waiting.expiresAt, data.now)) {
    return rejected(refusal.shareNotExpired(data.shareId, waiting.expiresAt));
  }
  return events({ type: 'ShareRequestExpired', data: partiesOf(waiting) });
}

/** A share that has ended already needs no taking back. */
export function compensateShare({ data }: ImageCommandOf<'CompensateShare'>, state: ImageState): ImageDecision {
  const share = activeShareById(state, data.shareId);
  return share === undefined
    ? alreadySo
    : events({ type: 'ImageUnshared', data: { ...partiesOf(share), reason: 'name-taken' } });
}

export function receiveSharedImage({ data }: ImageCommandOf<'ReceiveSharedImage'>, state: ImageState): ImageDecision {
  const { slot, shareId, source } = data;
  if (source === slot.workspace) return rejected(refusal.selfShare(slot));
  switch (state.kind) {
    case 'empty':
      return events({ type: 'SharedImageReceived', data: { shareId, source } });
    case 'owned':
      return rejected(refusal.nameTakenByOwnImage(slot));
    case 'shared-in':
      return state.shareId === shareId ? alreadySo : rejected(refusal.nameTakenByShare(slot, state));
  }
}

export function revokeSharedImage({ data }: ImageCommandOf<'RevokeSharedImage'>, state: ImageState): ImageDecision {
  const { shareId, reason } = data;
  if (state.kind !== 'shared-in' || state.shareId !== shareId) return alreadySo;
  return events({ type: 'SharedImageRevoked', data: { shareId, source: state.source, reason } });
}

/** The parties alone: an event says nothing beyond its own shape. */
export function partiesOf({ shareId, target, targetAccountId }: ShareParties): ShareParties {
  return { shareId, target, targetAccountId };
}
