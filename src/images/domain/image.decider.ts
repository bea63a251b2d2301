import { rejected } from '../../event-sourcing/decider.js';
import type { Decider, Decision } from '../../event-sourcing/decider.js';
import { imageCodec } from './image.codec.js';
import type { ImageCommand } from './image.commands.js';
import { recordDeployment, retireDeployment } from './image.deployment-rules.js';
import type { ImageEvent } from './image.events.js';
import { evolve } from './image.evolve.js';
import { deleteImage, deleteTag, pushTag, registerImage } from './image.ownership-rules.js';
import { refusal } from './image.rejections.js';
import type { ImageRejection } from './image.rejections.js';
import {
  acceptShareRequest,
  compensateShare,
  declineShareRequest,
  expireShareRequest,
  receiveSharedImage,
  requestShare,
  revokeSharedImage,
  shareImage,
  unshareImage,
} from './image.sharing-rules.js';
import { emptySlot } from './image.state.js';
import type { ImageState } from './image.state.js';

/**
 * The rules of a slot. Who may command, whose account a target belongs to and what its policy allows is settled
 * before the slot is asked; all that the slot's own stream can tell is enforced here.
 */
export const imageDecider: Decider<ImageCommand, ImageEvent, ImageState, ImageRejection> = {
  initial: emptySlot,
  decide: (command, state) => readable(command, obey(command, state)),
  evolve,
};

function obey(command: ImageCommand, state: ImageState): Decision<ImageEvent, ImageRejection> {
  switch (command.type) {
    case 'RegisterImage':
      return registerImage(command, state);
    case 'PushTag':
      return pushTag(command, state);
    case 'DeleteTag':
      return deleteTag(command, state);
    case 'DeleteImage':
      return deleteImage(command, state);
    case 'ShareImage':
      return shareImage(command, state);
    case 'RequestShare':
      return requestShare(command, state);
    case 'UnshareImage':
      return unshareImage(command, state);
    case 'AcceptShareRequest':
      return acceptShareRequest(command, state);
    case 'DeclineShareRequest':
      return declineShareRequest(command, state);
    case 'ExpireShareRequest':
      return expireShareRequest(command, state);
    case 'CompensateShare':
      return compensateShare(command, state);
    case 'ReceiveSharedImage':
      return receiveSharedImage(command, state);
    case 'RevokeSharedImage':
      return revokeSharedImage(command, state);
    case 'RecordDeployment':
      return recordDeployment(command, state);
    case 'RetireDeployment':
      return retireDeployment(command, state);
  }
}

/**
 * Refuses a command whose values could not be read back from the log. Every door checks what it lets in; this is
 * the last line, because one unreadable event would close its stream for good.
 */
function readable(
  command: ImageCommand,
  decision: Decision<ImageEvent, ImageRejection>,
): Decision<ImageEvent, ImageRejection> {
  if (decision.kind !== 'events') return decision;
  for (const event of decision.events) {
    const issue = imageCodec.definitions[event.type]?.schema.safeParse(event.data).error?.issues[0];
    if (issue !== undefined) return rejected(refusal.malformed(command.type, issue.path.join('.'), issue.message));
  }
  return decision;
}
