import type { CommandContext, CommandOutcome } from '../../event-sourcing/command.js';
import type { Position } from '../../event-sourcing/position.js';
import { imageStream, slotIn } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { ShareParties, UnshareReason } from '../domain/image.events.js';
import { activeShareById } from '../domain/image.queries.js';
import type { ImageRejection } from '../domain/image.rejections.js';
import type { SlotExecutor } from '../handlers/image-handler.js';

/** Where a share got to: in the target's slot, taken back because that slot was taken, or ended meanwhile. */
export type Delivery =
  | { readonly kind: 'received'; readonly position: Position | undefined }
  | { readonly kind: 'name-taken'; readonly rejection: ImageRejection; readonly position: Position | undefined }
  | { readonly kind: 'ended' };

/** Who and why, handed on from the command that began it. */
export type Cause = Pick<
  CommandContext,
  'correlationId' | 'causationId' | 'principal' | 'actor' | 'via' | 'occurredAt' | 'reason'
>;

/**
 * The steps by which a share reaches its target's slot and leaves it again.
 *
 * Each may run any number of times, from the command's handler and from the sharing process at once:
 * the ids of their commands derive from the share, and the slots' rules make a repetition no effect.
 */
export class SharingSteps {
  constructor(private readonly slots: SlotExecutor) {}

  /** After `ImageShared`: puts the image into the target's slot, or takes the share back if that slot is taken. */
  async deliver(source: Slot, share: ShareParties, cause: Cause): Promise<Delivery> {
    const { state } = await this.slots.load(imageStream(source));
    if (activeShareById(state, share.shareId) === undefined) return { kind: 'ended' };

    const target = slotIn(share.target, source);
    const received = await this.slots.execute(
      imageStream(target),
      { type: 'ReceiveSharedImage', data: { slot: target, shareId: share.shareId, source: source.workspace } },
      stepContext(share.shareId, 'receive', cause),
    );
    if (received.kind !== 'rejected') {
      const now = await this.slots.load(imageStream(source));
      if (activeShareById(now.state, share.shareId) !== undefined)
        return { kind: 'received', position: received.position };
      // The share ended while the image was on its way, and whoever ended it may have found nothing to take back.
      await this.withdraw(source, share, 'requested', cause);
      return { kind: 'ended' };
    }

    const compensated = await this.slots.execute(
      imageStream(source),
      { type: 'CompensateShare', data: { slot: source, shareId: share.shareId } },
      stepContext(share.shareId, 'compensate', cause),
    );
    return { kind: 'name-taken', rejection: received.rejection, position: positionOf(compensated) };
  }

  /** After `ImageUnshared`: takes the image out of the target's slot. Answers the position it is gone at. */
  async withdraw(
    source: Slot,
    share: ShareParties,
    reason: UnshareReason,
    cause: Cause,
  ): Promise<Position | undefined> {
    const target = slotIn(share.target, source);
    const revoked = await this.slots.execute(
      imageStream(target),
      { type: 'RevokeSharedImage', data: { slot: target, shareId: share.shareId, reason } },
      stepContext(share.shareId, 'revoke', cause),
    );
    return positionOf(revoked);
  }
}

function positionOf(outcome: CommandOutcome<ImageRejection>): Position | undefined {
  return outcome.kind === 'rejected' ? undefined : outcome.position;
}

function stepContext(shareId: string, step: 'receive' | 'compensate' | 'revoke', cause: Cause): CommandContext {
  return { ...cause, commandId: `share/${shareId}/${step}`, repeatable: false };
}
