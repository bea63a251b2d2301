import type { ImageCommand } from '../../../src/images/domain/image.commands.js';
import { imageDecider } from '../../../src/images/domain/image.decider.js';
import type { ImageEvent, ShareParties } from '../../../src/images/domain/image.events.js';
import type { ImageRejection } from '../../../src/images/domain/image.rejections.js';
import type { ImageState } from '../../../src/images/domain/image.state.js';
import type { Slot } from '../../../src/vocabulary/slot.js';
import type { Given } from '../../support/given-when-then.js';
import { given } from '../../support/given-when-then.js';

export const slot: Slot = { workspace: 'acme', resourceType: 'sandbox', name: 'tools/base' };

export const digestA = `sha256:${'a'.repeat(64)}`;
export const digestB = `sha256:${'b'.repeat(64)}`;

export const noon = '2026-03-01T12:00:00.000Z';
export const one = '2026-03-01T13:00:00.000Z';
export const two = '2026-03-01T14:00:00.000Z';

export function givenSlot(
  ...history: readonly ImageEvent[]
): Given<ImageCommand, ImageEvent, ImageState, ImageRejection> {
  return given(imageDecider, history);
}

export function stateOf(...history: readonly ImageEvent[]): ImageState {
  return givenSlot(...history).state;
}

/** The parties of a share of the slot, with `beta` of the same account unless said otherwise. */
export function parties(shareId: string, target = 'beta', targetAccountId = 'acc_1'): ShareParties {
  return { shareId, target, targetAccountId };
}

export const registered: ImageEvent = { type: 'ImageRegistered', data: {} };
export const deleted: ImageEvent = { type: 'ImageDeleted', data: {} };

export function pushed(tag: string, digest: string, replaces?: string): ImageEvent {
  const data = { tag, digest, size: 1_000, platforms: ['linux/amd64'] };
  return { type: 'TagPushed', data: replaces === undefined ? data : { ...data, replaces } };
}

export function tagDeleted(tag: string, digest: string): ImageEvent {
  return { type: 'TagDeleted', data: { tag, digest } };
}

export function shared(shareId: string, target?: string): ImageEvent {
  return { type: 'ImageShared', data: parties(shareId, target) };
}

export function unshared(
  shareId: string,
  target?: string,
  reason: 'requested' | 'name-taken' = 'requested',
): ImageEvent {
  return { type: 'ImageUnshared', data: { ...parties(shareId, target), reason } };
}

export function requested(shareId: string, target?: string, expiresAt = one): ImageEvent {
  return { type: 'ShareRequested', data: { ...parties(shareId, target), expiresAt } };
}

export function declined(shareId: string, target?: string): ImageEvent {
  return { type: 'ShareRequestDeclined', data: parties(shareId, target) };
}

export function expired(shareId: string, target?: string): ImageEvent {
  return { type: 'ShareRequestExpired', data: parties(shareId, target) };
}

export function withdrawn(shareId: string, target?: string): ImageEvent {
  return { type: 'ShareRequestWithdrawn', data: parties(shareId, target) };
}

export function received(shareId: string, source = 'origin'): ImageEvent {
  return { type: 'SharedImageReceived', data: { shareId, source } };
}

export function revoked(
  shareId: string,
  source = 'origin',
  reason: 'requested' | 'name-taken' = 'requested',
): ImageEvent {
  return { type: 'SharedImageRevoked', data: { shareId, source, reason } };
}

export function deployed(deployment: string, digest: string, tag?: string): ImageEvent {
  const data = { kind: 'agent', deployment, digest } as const;
  return { type: 'ImageDeployed', data: tag === undefined ? data : { ...data, tag } };
}

export function retired(deployment: string): ImageEvent {
  return { type: 'DeploymentRetired', data: { kind: 'agent', deployment } };
}

export const register: ImageCommand = { type: 'RegisterImage', data: { slot } };
export const deleteImage: ImageCommand = { type: 'DeleteImage', data: { slot } };

export function push(tag: string, digest: string): ImageCommand {
  return { type: 'PushTag', data: { slot, tag, digest, size: 1_000, platforms: ['linux/amd64'] } };
}

export function deleteTag(tag: string): ImageCommand {
  return { type: 'DeleteTag', data: { slot, tag } };
}

export function share(shareId: string, target?: string): ImageCommand {
  return { type: 'ShareImage', data: { slot, ...parties(shareId, target) } };
}

export function request(shareId: string, target?: string, now = noon, expiresAt = one): ImageCommand {
  return { type: 'RequestShare', data: { slot, ...parties(shareId, target), now, expiresAt } };
}

export function unshare(target = 'beta'): ImageCommand {
  return { type: 'UnshareImage', data: { slot, target } };
}

export function accept(shareId: string, now = noon): ImageCommand {
  return { type: 'AcceptShareRequest', data: { slot, shareId, now } };
}

export function decline(shareId: string, now = noon): ImageCommand {
  return { type: 'DeclineShareRequest', data: { slot, shareId, now } };
}

export function expire(shareId: string, now = one): ImageCommand {
  return { type: 'ExpireShareRequest', data: { slot, shareId, now } };
}

export function compensate(shareId: string): ImageCommand {
  return { type: 'CompensateShare', data: { slot, shareId } };
}

export function receive(shareId: string, source = 'origin'): ImageCommand {
  return { type: 'ReceiveSharedImage', data: { slot, shareId, source } };
}

export function revoke(shareId: string, reason: 'requested' | 'name-taken' = 'requested'): ImageCommand {
  return { type: 'RevokeSharedImage', data: { slot, shareId, reason } };
}

export function deploy(deployment: string, digest: string, tag?: string): ImageCommand {
  const data = { slot, kind: 'agent', deployment, digest } as const;
  return { type: 'RecordDeployment', data: tag === undefined ? data : { ...data, tag } };
}

export function retire(deployment: string): ImageCommand {
  return { type: 'RetireDeployment', data: { slot, kind: 'agent', deployment } };
}
