import type { CommandContext, CommandOutcome } from '../../event-sourcing/command.js';
import { KeyedQueue } from '../../event-sourcing/keyed-queue.js';
import type { Position } from '../../event-sourcing/position.js';
import { imageStream, slotIn } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { ShareParties, UnshareReason } from '../domain/image.events.js';
import { activeShareById } from '../domain/image.queries.js';
import type { ImageRejection } from '../domain/image.rejections.js';
import type { SharedInImage } from '../domain/image.state.js';
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

/** Which share, and where it goes. */
export type ShareTo = Pick<ShareParties, 'shareId' | 'target'>;

/**
 * The steps by which a share reaches its target's slot and leaves it again.
 *
 * Each may run any number of times, from the command's handler and from the slot process at once: the ids of their
 * commands derive from the share, and the slots' rules make a repetition no effect. The source's slot says whether a
 * share stands; no step goes against it.
 */
export class SharingSteps {
  readonly #deliveries = new KeyedQueue();

  constructor(private readonly slots: SlotExecutor) {}

  /**
   * After `ImageShared`: puts the image into the target's slot, or takes the share back if that slot is taken.
   *
   * Runs for one share take turns: between two of them the target's slot may become free, and what one has answered
   * as delivered the other must not take back.
   */
  deliver(source: Slot, share: ShareTo, cause: Cause): Promise<Delivery> {
    return this.#deliveries.run(share.shareId, () => this.#deliver(source, share, cause));
  }

  async #deliver(source: Slot, share: ShareTo, cause: Cause): Promise<Delivery> {
    if (!(await this.#stands(source, share.shareId))) return { kind: 'ended' };

    const received = await this.#receive(source, share, cause);
    if (received.kind !== 'rejected') {
      if (await this.#stands(source, share.shareId)) return { kind: 'received', position: received.position };
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

  /**
   * After `ImageUnshared`: takes the image out of the target's slot. Answers the position it is gone at; nothing
   * happens while the share stands.
   */
  async withdraw(source: Slot, share: ShareTo, reason: UnshareReason, cause: Cause): Promise<Position | undefined> {
    if (await this.#stands(source, share.shareId)) return undefined;
    const target = slotIn(share.target, source);
    const revoked = await this.slots.execute(
      imageStream(target),
      { type: 'RevokeSharedImage', data: { slot: target, shareId: share.shareId, reason } },
      stepContext(share.shareId, 'revoke', cause),
    );
    return positionOf(revoked);
  }

  /** Whether the share by which a slot holds an image stands at its source. One that has ended is on its way out. */
  isHeld(target: Slot, held: Pick<SharedInImage, 'shareId' | 'source'>): Promise<boolean> {
    return this.#stands(slotIn(held.source, target), held.shareId);
  }

  /** A share that has ended and is still in the slot makes room for the next one. */
  async #receive(source: Slot, share: ShareTo, cause: Cause): Promise<CommandOutcome<ImageRejection>> {
    const target = slotIn(share.target, source);
    const stream = imageStream(target);
    const command = {
      type: 'ReceiveSharedImage',
      data: { slot: target, shareId: share.shareId, source: source.workspace },
    } as const;
    const context = stepContext(share.shareId, 'receive', cause);
    const received = await this.slots.execute(stream, command, context);
    if (received.kind !== 'rejected') return received;
    const { state } = await this.slots.load(stream);
    if (state.kind !== 'shared-in' || (await this.isHeld(target, state))) return received;
    const leaving = { shareId: state.shareId, target: target.workspace };
    await this.withdraw(slotIn(state.source, target), leaving, 'requested', cause);
    return this.slots.execute(stream, command, context);
  }

  async #stands(source: Slot, shareId: string): Promise<boolean> {
    const { state } = await this.slots.load(imageStream(source));
    return activeShareById(state, shareId) !== undefined;
  }
}

function positionOf(outcome: CommandOutcome<ImageRejection>): Position | undefined {
  return outcome.kind === 'rejected' ? undefined : outcome.position;
}

function stepContext(shareId: string, step: 'receive' | 'compensate' | 'revoke', cause: Cause): CommandContext {
  return { ...cause, commandId: `share/${shareId}/${step}`, repeatable: false };
}
