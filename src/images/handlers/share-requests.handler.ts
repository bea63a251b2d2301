import type { CommandContext } from '../../event-sourcing/command.js';
import { comparePositions } from '../../event-sourcing/position.js';
import { imageStream, slotIn } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import { activeShareById, pendingRequest } from '../domain/image.queries.js';
import { refusal } from '../domain/image.rejections.js';
import type { SharingSteps } from '../sharing/sharing-steps.js';
import type { SharingDirectory } from '../sharing-directory.js';
import type { CommandRequest, HandlerRejection } from '../../command-bus/command-definition.js';
import type { HandlerOutcome, SlotExecutor } from './image-handler.js';
import { requireRole } from './image-handler.js';

/** Where a share request stands: found by its id in the read model, then decided on by the source's slot. */
export interface ShareRequestLocation {
  readonly source: Slot;
  readonly target: string;
}

/** Finds the slot whose stream holds a request. */
export interface ShareRequestFinder {
  locate(shareId: string): Promise<ShareRequestLocation | undefined>;
}

export interface AnswerShareRequest {
  readonly shareId: string;
  /** The workspace that was asked. */
  readonly workspace: string;
}

export interface AcceptShareRequest extends AnswerShareRequest {
  /** Delete the target's own image of that name first, under the rules of deleting. */
  readonly force: boolean;
}

/** The outcome, and where the image is to be seen. */
export type AnsweredShareRequest =
  | (Exclude<HandlerOutcome, { kind: 'rejected' }> & { readonly location: ShareRequestLocation })
  | Extract<HandlerOutcome, { kind: 'rejected' }>;

/** Accepting and declining requests from other accounts. For admins of the target workspace. */
export class ShareRequestHandlers {
  constructor(
    private readonly slots: SlotExecutor,
    private readonly steps: SharingSteps,
    private readonly directory: SharingDirectory,
    private readonly finder: ShareRequestFinder,
  ) {}

  async accept(
    { shareId, workspace, force }: AcceptShareRequest,
    request: CommandRequest,
  ): Promise<AnsweredShareRequest> {
    const found = await this.#locate(shareId, workspace, request);
    if ('kind' in found) return found;
    const { source, target } = found;
    const stream = imageStream(source);
    const { state } = await this.slots.load(stream);

    if (pendingRequest(state, shareId) !== undefined) {
      const conflict = await this.#clearTarget(slotIn(target, source), force, request);
      if (conflict !== undefined) return { kind: 'rejected', rejection: conflict };
    }
    const command = {
      type: 'AcceptShareRequest',
      data: { slot: source, shareId, now: request.context.occurredAt },
    } as const;
    const outcome = await this.slots.execute(stream, command, request.context);
    if (outcome.kind === 'rejected') return outcome;

    const share = activeShareById((await this.slots.load(stream)).state, shareId);
    if (share === undefined) return { ...outcome, location: found };
    const delivery = await this.steps.deliver(source, share, request.context);
    if (delivery.kind === 'name-taken') return { kind: 'rejected', rejection: delivery.rejection };
    const seenAt = delivery.kind === 'received' ? delivery.position : undefined;
    if (seenAt === undefined || comparePositions(outcome.position, seenAt) >= 0) return { ...outcome, location: found };
    return { ...outcome, position: seenAt, location: found };
  }

  async decline({ shareId, workspace }: AnswerShareRequest, request: CommandRequest): Promise<AnsweredShareRequest> {
    const found = await this.#locate(shareId, workspace, request);
    if ('kind' in found) return found;
    const command = {
      type: 'DeclineShareRequest',
      data: { slot: found.source, shareId, now: request.context.occurredAt },
    } as const;
    const outcome = await this.slots.execute(imageStream(found.source), command, request.context);
    return outcome.kind === 'rejected' ? outcome : { ...outcome, location: found };
  }

  /** A request to another workspace is as unknown here as one that never was. */
  async #locate(
    shareId: string,
    workspace: string,
    { caller }: CommandRequest,
  ): Promise<ShareRequestLocation | Extract<HandlerOutcome, { kind: 'rejected' }>> {
    const refused = await requireRole(this.directory, caller, workspace, 'admin');
    if (refused !== undefined) return { kind: 'rejected', rejection: refused };
    const found = await this.finder.locate(shareId);
    if (found?.target !== workspace) return { kind: 'rejected', rejection: refusal.requestNotFound(shareId) };
    return found;
  }

  async #clearTarget(target: Slot, force: boolean, request: CommandRequest): Promise<HandlerRejection | undefined> {
    const stream = imageStream(target);
    const { state } = await this.slots.load(stream);
    switch (state.kind) {
      case 'empty':
        return undefined;
      case 'shared-in':
        return refusal.nameTakenByShare(target, state);
      case 'owned': {
        if (!force) return refusal.nameTakenByOwnImage(target);
        const deleted = await this.slots.execute(
          stream,
          { type: 'DeleteImage', data: { slot: target } },
          makingRoom(request.context),
        );
        return deleted.kind === 'rejected' ? deleted.rejection : undefined;
      }
    }
  }
}

/** The deletion is a command of its own, which the acceptance caused. */
function makingRoom(context: CommandContext): CommandContext {
  return { ...context, commandId: `${context.commandId}/make-room`, causationId: context.commandId };
}
