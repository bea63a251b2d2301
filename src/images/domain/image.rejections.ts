import type { Rejection } from '../../event-sourcing/decider.js';
import type { ResourceType } from '../../vocabulary/names.js';
import { slotLabel } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { DeploymentData } from './image.events.js';
import type { OwnedImage, SharedInImage } from './image.state.js';

/** What kind of refusal a code is, so that each door can say it in its own way. */
export type RejectionCategory = 'invalid' | 'not-found' | 'conflict' | 'gone' | 'forbidden';

/** Every code a slot refuses with, and the category it is of. The codes are a contract. */
export const imageRejectionCategories = {
  'name-taken': 'conflict',
  'share-id-taken': 'conflict',
  'not-owner': 'invalid',
  'image-shared': 'invalid',
  'image-in-use': 'invalid',
  'tag-in-use': 'invalid',
  'cannot-reshare': 'invalid',
  'self-share': 'invalid',
  'share-not-expired': 'invalid',
  'expiry-passed': 'invalid',
  'malformed-command': 'invalid',
  'image-not-found': 'not-found',
  'tag-not-found': 'not-found',
  'digest-not-found': 'not-found',
  'share-not-found': 'not-found',
  'deployment-not-found': 'not-found',
  'share-expired': 'gone',
} as const satisfies Record<string, RejectionCategory>;

export type ImageRejectionCode = keyof typeof imageRejectionCategories;

/** Why a slot refuses a command. */
export interface ImageRejection extends Rejection {
  readonly code: ImageRejectionCode;
  readonly category: RejectionCategory;
}

function because(code: ImageRejectionCode, message: string): ImageRejection {
  return { code, category: imageRejectionCategories[code], message };
}

/** The refusals of a slot, each with its sentence for people. */
export const refusal = {
  nameTakenByOwnImage: (slot: Slot) =>
    because(
      'name-taken',
      `${slotLabel(slot)} is taken: workspace ${slot.workspace} owns an image of that name. Delete it first, or share the image under another name.`,
    ),
  nameTakenByShare: (slot: Slot, held: SharedInImage) =>
    because(
      'name-taken',
      `${slotLabel(slot)} is taken by the image that workspace ${held.source} shares. End that share first, or choose another name.`,
    ),
  shareIdTaken: (slot: Slot, shareId: string) =>
    because(
      'share-id-taken',
      `Share id ${shareId} already names another share of ${slotLabel(slot)}. Send the command with a new id.`,
    ),
  notOwner: (slot: Slot, held: SharedInImage) =>
    because('not-owner', `${slotLabel(slot)} is owned by workspace ${held.source}, which shares it. Change it there.`),
  imageShared: (slot: Slot, { shares }: OwnedImage) =>
    because(
      'image-shared',
      `${slotLabel(slot)} is shared with ${listed(shares.keys(), shares.size)}. Unshare it first: nothing of a shared image can be deleted.`,
    ),
  imageInUse: (slot: Slot, { deployments }: OwnedImage) =>
    because(
      'image-in-use',
      `${slotLabel(slot)} is in use by ${listed(labels(deployments.values()), deployments.size)}. Retire what was deployed from it first.`,
    ),
  tagInUse: (slot: Slot, tag: string, users: readonly DeploymentData[]) =>
    because(
      'tag-in-use',
      `Tag ${tag} of ${slotLabel(slot)} is in use by ${listed(labels(users), users.length)}. Retire what was deployed from it first.`,
    ),
  cannotReshare: (slot: Slot, held: SharedInImage) =>
    because(
      'cannot-reshare',
      `${slotLabel(slot)} is itself shared by workspace ${held.source}. Only the owner can share it: ask there.`,
    ),
  selfShare: (slot: Slot) =>
    because(
      'self-share',
      `${slotLabel(slot)} cannot be shared with its own workspace ${slot.workspace}. Name another workspace.`,
    ),
  shareNotExpired: (shareId: string, expiresAt: string) =>
    because('share-not-expired', `Share request ${shareId} does not expire before ${expiresAt}.`),
  expiryPassed: (expiresAt: string) =>
    because('expiry-passed', `The share request would expire at ${expiresAt}, which has passed. Name a later time.`),
  malformed: (command: string, field: string, fault: string) =>
    because('malformed-command', `${command}: ${field} ${fault}.`),
  imageNotFound: (slot: Slot) =>
    because('image-not-found', `There is no image ${slot.resourceType}/${slot.name} in workspace ${slot.workspace}.`),
  tagNotFound: (slot: Slot, tag: string) => because('tag-not-found', `${slotLabel(slot)} has no tag ${tag}.`),
  digestNotFound: (slot: Slot, digest: string) =>
    because('digest-not-found', `No tag of ${slotLabel(slot)} points at ${digest}. Push it first.`),
  tagElsewhere: (slot: Slot, tag: string, wanted: string, actual: string) =>
    because(
      'digest-not-found',
      `Tag ${tag} of ${slotLabel(slot)} points at ${actual}, not at ${wanted}. Resolve the tag again.`,
    ),
  shareNotFound: (slot: Slot, target: string) =>
    because('share-not-found', `${slotLabel(slot)} is not shared with workspace ${target}.`),
  requestNotFound: (shareId: string) =>
    because(
      'share-not-found',
      `There is no share request ${shareId} that waits for an answer. It may have been answered or withdrawn.`,
    ),
  deploymentNotFound: (slot: Slot, kind: ResourceType, deployment: string) =>
    because('deployment-not-found', `No ${kind} ${deployment} is deployed from ${slotLabel(slot)}.`),
  shareExpired: (shareId: string, expiresAt: string) =>
    because(
      'share-expired',
      `Share request ${shareId} expired at ${expiresAt}. Ask the owner of the image to share it again.`,
    ),
};

function* labels(deployments: Iterable<DeploymentData>): Iterable<string> {
  for (const { kind, deployment } of deployments) yield `${kind} ${deployment}`;
}

const mostListed = 3;

/** The first few of `count` names, and how many more there are. */
function listed(names: Iterable<string>, count: number): string {
  const first: string[] = [];
  for (const name of names) {
    if (first.length === mostListed) break;
    first.push(name);
  }
  const more = count - first.length;
  return more > 0 ? `${first.join(', ')} and ${more} more` : first.join(', ');
}
