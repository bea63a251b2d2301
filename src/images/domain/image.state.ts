import type { Map as ImmutableMap } from 'immutable';
import type { ResourceType } from '../../vocabulary/names.js';
import type { DeploymentData, ShareParties } from './image.events.js';

/** Nothing is in the slot: it was never used, or its image was deleted or taken back. */
export interface EmptySlot {
  readonly kind: 'empty';
}

/** A tag as the rules need it. */
export interface TagState {
  readonly digest: string;
  /** Which push of this image it came with, counted from 1. */
  readonly push: number;
}

/** A share that waits for the target's answer. */
export interface ShareRequest extends ShareParties {
  /** RFC 3339 */
  readonly expiresAt: string;
}

/** The slot holds an image of its own workspace. A target is in `shares` or in `requests`, never in both. */
export interface OwnedImage {
  readonly kind: 'owned';
  /** By name. */
  readonly tags: ImmutableMap<string, TagState>;
  /** How many pushes there were since the image was registered. */
  readonly pushes: number;
  /** The tag pushed last; `undefined` once it has been deleted, until the next push. */
  readonly lastPushed: string | undefined;
  /** Active shares, by target. */
  readonly shares: ImmutableMap<string, ShareParties>;
  /** Requests that wait for an answer, by target. Expired ones stay until their expiry is on record. */
  readonly requests: ImmutableMap<string, ShareRequest>;
  /** The target of every active share and every waiting request, by share id. */
  readonly shareTargets: ImmutableMap<string, string>;
  /** By {@link deploymentKey}. */
  readonly deployments: ImmutableMap<string, DeploymentData>;
}

/** The slot holds an image that another workspace owns. Its tags stand in the source's slot. */
export interface SharedInImage {
  readonly kind: 'shared-in';
  readonly shareId: string;
  /** The workspace that owns it. */
  readonly source: string;
  /** By {@link deploymentKey}. */
  readonly deployments: ImmutableMap<string, DeploymentData>;
}

/** What is in a slot. Immutable; one event costs no more than the logarithm of its size. */
export type ImageState = EmptySlot | OwnedImage | SharedInImage;

export const emptySlot: EmptySlot = { kind: 'empty' };

/** The name of a deployment within its slot. */
export function deploymentKey(kind: ResourceType, deployment: string): string {
  return `${kind}/${deployment}`;
}

/** How much a state weighs in a cache: one, and one more for every tag, share, request and deployment. */
export function stateWeight(state: ImageState): number {
  switch (state.kind) {
    case 'empty':
      return 1;
    case 'owned':
      return 1 + state.tags.size + state.shares.size + state.requests.size + state.deployments.size;
    case 'shared-in':
      return 1 + state.deployments.size;
  }
}
