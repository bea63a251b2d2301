import { alreadySo, events, rejected } from '../../event-sourcing/decider.js';
import type { Decision } from '../../event-sourcing/decider.js';
import type { ImageCommandOf } from './image.commands.js';
import type { DeploymentData, ImageEvent } from './image.events.js';
import { findDeployment, holdsDigest } from './image.queries.js';
import { refusal } from './image.rejections.js';
import type { ImageRejection } from './image.rejections.js';
import type { ImageState, OwnedImage } from './image.state.js';

type ImageDecision = Decision<ImageEvent, ImageRejection>;

/**
 * Pins a deployment to a digest. In a slot that holds an image shared in, tag and digest are taken as given: they
 * stand in the source's slot, where the sender has resolved them.
 */
export function recordDeployment({ data }: ImageCommandOf<'RecordDeployment'>, state: ImageState): ImageDecision {
  const { slot, kind, deployment, tag, digest, movedFrom } = data;
  if (state.kind === 'empty') return rejected(refusal.imageNotFound(slot));
  const present = findDeployment(state, kind, deployment);
  if (present?.digest === digest && present.tag === tag) return alreadySo;
  const missing = state.kind === 'owned' ? missingIn(state, data) : undefined;
  if (missing !== undefined) return rejected(missing);
  const pinned: DeploymentData = { kind, deployment, ...(tag !== undefined && { tag }), digest };
  return events({ type: 'ImageDeployed', data: movedFrom === undefined ? pinned : { ...pinned, movedFrom } });
}

/** Why the image cannot give what is to be deployed. */
function missingIn(
  image: OwnedImage,
  { slot, tag, digest }: ImageCommandOf<'RecordDeployment'>['data'],
): ImageRejection | undefined {
  if (tag === undefined) return holdsDigest(image, digest) ? undefined : refusal.digestNotFound(slot, digest);
  const found = image.tags.get(tag);
  if (found === undefined) return refusal.tagNotFound(slot, tag);
  return found.digest === digest ? undefined : refusal.tagElsewhere(slot, tag, digest, found.digest);
}

export function retireDeployment({ data }: ImageCommandOf<'RetireDeployment'>, state: ImageState): ImageDecision {
  const { slot, kind, deployment } = data;
  if (state.kind === 'empty') return rejected(refusal.imageNotFound(slot));
  if (findDeployment(state, kind, deployment) === undefined) {
    return rejected(refusal.deploymentNotFound(slot, kind, deployment));
  }
  return events({ type: 'DeploymentRetired', data: { kind, deployment } });
}
