import { alreadySo, events, rejected } from '../../event-sourcing/decider.js';
import type { Decision } from '../../event-sourcing/decider.js';
import type { ImageCommandOf } from './image.commands.js';
import type { ImageEvent } from './image.events.js';
import { deploymentsUsing, findTag, pendingRequests } from './image.queries.js';
import { refusal } from './image.rejections.js';
import type { ImageRejection } from './image.rejections.js';
import { partiesOf } from './image.sharing-rules.js';
import type { ImageState } from './image.state.js';

type ImageDecision = Decision<ImageEvent, ImageRejection>;

export function registerImage({ data }: ImageCommandOf<'RegisterImage'>, state: ImageState): ImageDecision {
  const { slot, reference } = data;
  switch (state.kind) {
    case 'empty':
      return events({ type: 'ImageRegistered', data: reference === undefined ? {} : { reference } });
    case 'owned':
      return alreadySo;
    case 'shared-in':
      return rejected(refusal.nameTakenByShare(slot, state));
  }
}

/** The first push registers the image. A push of the digest that the tag has changes nothing, whatever else it says. */
export function pushTag({ data }: ImageCommandOf<'PushTag'>, state: ImageState): ImageDecision {
  const { slot, tag, digest, size, mediaType, platforms } = data;
  if (state.kind === 'shared-in') return rejected(refusal.notOwner(slot, state));
  const before = findTag(state, tag)?.digest;
  if (before === digest) return alreadySo;
  const pushed: ImageEvent = {
    type: 'TagPushed',
    data: {
      tag,
      digest,
      size,
      ...(mediaType !== undefined && { mediaType }),
      platforms,
      ...(before !== undefined && { replaces: before }),
    },
  };
  return state.kind === 'empty' ? events<ImageEvent>({ type: 'ImageRegistered', data: {} }, pushed) : events(pushed);
}

export function deleteTag({ data }: ImageCommandOf<'DeleteTag'>, state: ImageState): ImageDecision {
  const { slot, tag } = data;
  if (state.kind === 'empty') return rejected(refusal.imageNotFound(slot));
  if (state.kind === 'shared-in') return rejected(refusal.notOwner(slot, state));
  const found = findTag(state, tag);
  if (found === undefined) return rejected(refusal.tagNotFound(slot, tag));
  if (!state.shares.isEmpty()) return rejected(refusal.imageShared(slot, state));
  const users = deploymentsUsing(state, tag);
  if (users.length > 0) return rejected(refusal.tagInUse(slot, tag, users));
  return events({ type: 'TagDeleted', data: { tag, digest: found.digest } });
}

/** Requests that wait for an answer are withdrawn with the image. */
export function deleteImage({ data }: ImageCommandOf<'DeleteImage'>, state: ImageState): ImageDecision {
  const { slot } = data;
  if (state.kind === 'empty') return rejected(refusal.imageNotFound(slot));
  if (state.kind === 'shared-in') return rejected(refusal.notOwner(slot, state));
  if (!state.shares.isEmpty()) return rejected(refusal.imageShared(slot, state));
  if (!state.deployments.isEmpty()) return rejected(refusal.imageInUse(slot, state));
  const deleted: ImageEvent = { type: 'ImageDeleted', data: {} };
  const [first, ...more] = pendingRequests(state).map((waiting): ImageEvent => ({
    type: 'ShareRequestWithdrawn',
    data: partiesOf(waiting),
  }));
  return first === undefined ? events(deleted) : events(first, ...more, deleted);
}
