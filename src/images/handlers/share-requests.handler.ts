import type { CommandContext } from '../../event-sourcing/command.js';
import type { EventReader } from '../../event-sourcing/event-store.js';
import { imageStream, parseImageStream, slotIn } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import { imageDecider } from '../domain/image.decider.js';
import { refusal } from '../domain/image.rejections.js';
import { wasTakenBack } from '../sharing/share-history.js';
import type { SharingSteps } from '../sharing/sharing-steps.js';
import type { SharingDirectory } from '../sharing-directory.js';
import type { CommandRequest, HandlerRejection } from '../../command-bus/command-definition.js';
import { causedBy, earlierRun } from './earlier-commands.js';
import type { EarlierCommands } from './earlier-commands.js';
import type { HandlerOutcome, SlotExecutor } from './image-handler.js';
import { takeRequests } from './across-accounts.js';
import { later, requireRole } from './image-handler.js';

/** Where a share request stands: found by its id in the read model, then decided on by the source's slot. */
export interface ShareRequestLocation {
  readonly source: Slot;
  readonly target: string;
}

/** Finds the slot whose stream holds a request. Knows everything recorded before it is asked. */
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

type Rejected = Extract<HandlerOutcome, { kind: 'rejected' }>;

/** The outcome, and where the image is to be seen. */
export type AnsweredShareRequest =
  (Exclude<HandlerOutcome, { kind: 'rejected' }> & { readonly location: ShareRequestLocation }) | Rejected;

/** Accepting and declining requests from other accounts. For admins of the target workspace. */
export class ShareRequestHandlers {
  constructor(
    private readonly slots: SlotExecutor,
    private readonly steps: SharingSteps,
    private readonly directory: SharingDirectory,
    private readonly events: EventReader,
    private readonly finder: ShareRequestFinder,
    private readonly earlier: EarlierCommands,
  ) {}

  async accept(asked: AcceptShareRequest, request: CommandRequest): Promise<AnsweredShareRequest> {
    const { shareId, force } = asked;
    const found = await this.#locate(asked, 'ImageShared', request);
    switch (found.kind) {
      case 'rejected':
        return found;
      case 'ran-before':
        return this.#afterTheEnd(shareId, found);
      case 'waits':
        return this.#accept(shareId, found.location, force, request);
    }
  }

  async decline(asked: AnswerShareRequest, request: CommandRequest): Promise<AnsweredShareRequest> {
    const { shareId } = asked;
    const found = await this.#locate(asked, 'ShareRequestDeclined', request);
    if (found.kind === 'rejected') return found;
    const { location } = found;
    if (found.kind === 'ran-before') return { ...found.outcome, location };
    const command = {
      type: 'DeclineShareRequest',
      data: { slot: location.source, shareId, now: request.context.occurredAt },
    } as const;
    const outcome = await this.slots.execute(imageStream(location.source), command, request.context);
    return outcome.kind === 'rejected' ? outcome : { ...outcome, location };
  }

  async #accept(
    shareId: string,
    location: ShareRequestLocation,
    force: boolean,
    request: CommandRequest,
  ): Promise<AnsweredShareRequest> {
    const { source, target } = location;
    const stream = imageStream(source);
    const command = {
      type: 'AcceptShareRequest',
      data: { slot: source, shareId, now: request.context.occurredAt },
    } as const;
    const { state } = await this.slots.load(stream);
    // Nothing of the target's is deleted for a request that cannot be accepted any more.
    if (imageDecider.decide(command, state).kind === 'events') {
      const conflict =
        (await this.#forbidden(location)) ?? (await this.#clearTarget(slotIn(target, source), force, request.context));
      if (conflict !== undefined) return { kind: 'rejected', rejection: conflict };
    }
    const outcome = await this.slots.execute(stream, command, request.context);
    if (outcome.kind === 'rejected') return outcome;

    const delivery = await this.steps.deliver(source, { shareId, target }, request.context);
    switch (delivery.kind) {
      case 'name-taken':
        return { kind: 'rejected', rejection: delivery.rejection };
      case 'ended':
        return this.#afterTheEnd(shareId, { location, outcome });
      case 'received':
        return { ...later(outcome, delivery.position), location };
    }
  }

  /** An account that has closed itself since gives and takes nothing any more; what waits goes on waiting. */
  async #forbidden({ source, target }: ShareRequestLocation): Promise<HandlerRejection | undefined> {
    const [theirs, ours] = await Promise.all([
      this.directory.accountOf(source.workspace),
      this.directory.accountOf(target),
    ]);
    if (theirs !== undefined && ours !== undefined && (await takeRequests(this.directory, theirs, ours))) {
      return undefined;
    }
    return {
      code: 'sharing-forbidden',
      category: 'forbidden',
      message: `The accounts of workspaces ${source.workspace} and ${target} do not both allow sharing between accounts any more. Ask the operator to allow it, or decline the request.`,
    };
  }

  /** The share is over by now: the answer stays what it was. */
  async #afterTheEnd(shareId: string, { location, outcome }: Accepted): Promise<AnsweredShareRequest> {
    const { source, target } = location;
    return (await wasTakenBack(this.events, imageStream(source), shareId))
      ? { kind: 'rejected', rejection: refusal.nameTakenByOwnImage(slotIn(target, source)) }
      : { ...outcome, location };
  }

  /** A request to another workspace is as unknown here as one that never was. */
  async #locate(
    { shareId, workspace }: AnswerShareRequest,
    answer: 'ImageShared' | 'ShareRequestDeclined',
    { caller, context }: CommandRequest,
  ): Promise<Located> {
    const refused = await requireRole(this.directory, caller, workspace, 'admin');
    if (refused !== undefined) return { kind: 'rejected', rejection: refused };
    const location = await this.finder.locate(shareId);
    if (location?.target === workspace) return { kind: 'waits', location };

    const outcome = await earlierRun(
      this.earlier,
      context,
      (event) => event.type === answer && event.data.shareId === shareId,
    );
    const source = outcome && parseImageStream(outcome.stream);
    if (outcome === undefined || source === undefined)
      return { kind: 'rejected', rejection: refusal.requestNotFound(shareId) };
    return { kind: 'ran-before', location: { source, target: workspace }, outcome };
  }

  async #clearTarget(target: Slot, force: boolean, context: CommandContext): Promise<HandlerRejection | undefined> {
    const stream = imageStream(target);
    const { state } = await this.slots.load(stream);
    switch (state.kind) {
      case 'empty':
        return undefined;
      case 'shared-in':
        return (await this.steps.isHeld(target, state)) ? refusal.nameTakenByShare(target, state) : undefined;
      case 'owned': {
        if (!force) return refusal.nameTakenByOwnImage(target);
        const command = { type: 'DeleteImage', data: { slot: target } } as const;
        const deleted = await this.slots.execute(stream, command, causedBy(context, 'make-room'));
        if (deleted.kind !== 'rejected') return undefined;
        // Another acceptance may have made room at the same time.
        const now = await this.slots.load(stream);
        return now.state.kind === 'owned' ? deleted.rejection : undefined;
      }
    }
  }
}

interface Accepted {
  readonly location: ShareRequestLocation;
  readonly outcome: Exclude<HandlerOutcome, { kind: 'rejected' }>;
}

type Located =
  | Rejected
  /** Or has been answered; its slot decides. */
  | { readonly kind: 'waits'; readonly location: ShareRequestLocation }
  | ({ readonly kind: 'ran-before' } & Accepted);
