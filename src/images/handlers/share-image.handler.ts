import type { EventReader } from '../../event-sourcing/event-store.js';
import { TooMuchContentionError } from '../../event-sourcing/faults.js';
import { imageStream, slotIn } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import { imageCodec } from '../domain/image.codec.js';
import type { ImageEvent, ShareParties } from '../domain/image.events.js';
import { activeShare, pendingRequestTo } from '../domain/image.queries.js';
import { refusal } from '../domain/image.rejections.js';
import { shareIdOf } from '../sharing/share-ids.js';
import type { ShareTo, SharingSteps } from '../sharing/sharing-steps.js';
import { wasTakenBack } from '../sharing/share-history.js';
import type { SharingDirectory } from '../sharing-directory.js';
import type { CommandRequest, HandlerRejection } from '../../command-bus/command-definition.js';
import { earlierRun } from './earlier-commands.js';
import type { EarlierCommands } from './earlier-commands.js';
import type { HandlerOutcome, SlotExecutor } from './image-handler.js';
import { later, requireRole } from './image-handler.js';
import { takeRequests } from './across-accounts.js';

/** Asks to share a whole image, with all its tags, those pushed later included. */
export interface ShareImage {
  readonly slot: Slot;
  readonly targetWorkspace: string;
  /** The account of the target, when it is another one: who does not know it cannot send requests there. */
  readonly targetAccountId?: string;
}

/** A share that stands, or a request that waits for the target's answer. */
export type ShareImageOutcome =
  | (Exclude<HandlerOutcome, { kind: 'rejected' }> & { readonly share: 'active' | 'pending'; readonly shareId: string })
  | Extract<HandlerOutcome, { kind: 'rejected' }>;

export interface ShareImageOptions {
  /** Days until a request across accounts expires. */
  readonly requestDays: number;
}

/** Shares an image with a workspace of the same account, or asks one of another account to take it. */
export class ShareImageHandler {
  constructor(
    private readonly slots: SlotExecutor,
    private readonly steps: SharingSteps,
    private readonly directory: SharingDirectory,
    private readonly events: EventReader,
    private readonly earlier: EarlierCommands,
    private readonly options: ShareImageOptions,
  ) {}

  async handle(data: ShareImage, request: CommandRequest): Promise<ShareImageOutcome> {
    const { slot, targetWorkspace } = data;
    const refused = await requireRole(this.directory, request.caller, slot.workspace, 'admin');
    if (refused !== undefined) return rejected(refused);
    if (targetWorkspace === slot.workspace) return rejected(refusal.selfShare(slot));

    const way = await this.#wayTo(data, request);
    if (way.kind === 'refused') return (await this.#firstRun(data, request)) ?? rejected(way.rejection);
    const share: ShareParties = {
      shareId: shareIdOf(request.context.commandId, slot, targetWorkspace),
      target: targetWorkspace,
      targetAccountId: way.accountId,
    };
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const outcome = await (way.kind === 'at-once'
        ? this.#share(slot, share, request)
        : this.#requestShare(slot, share, request));
      if (outcome !== 'ended-meanwhile') return outcome;
    }
    throw new TooMuchContentionError(imageStream(slot), maxAttempts);
  }

  async #share(slot: Slot, share: ShareParties, request: CommandRequest): Promise<ShareImageOutcome | EndedMeanwhile> {
    const { context } = request;
    const stream = imageStream(slot);
    const conflict = await this.#earlyConflict(slot, share);
    if (conflict !== undefined) {
      const isThisShare = (event: ImageEvent, on: string): boolean =>
        on === stream && event.type === 'ImageShared' && event.data.target === share.target;
      if ((await earlierRun(this.earlier, context, isThisShare)) === undefined) return rejected(conflict);
    }
    const outcome = await this.slots.execute(stream, { type: 'ShareImage', data: { slot, ...share } }, context);
    if (outcome.kind === 'rejected') return outcome;

    const standing =
      outcome.kind === 'accepted' ? share : activeShare((await this.slots.load(stream)).state, share.target);
    if (standing === undefined) return 'ended-meanwhile';
    const delivery = await this.steps.deliver(slot, standing, context);
    switch (delivery.kind) {
      case 'received':
        return { ...later(outcome, delivery.position), share: 'active', shareId: standing.shareId };
      case 'name-taken':
        return rejected(delivery.rejection);
      case 'ended':
        return this.#afterTheEnd(slot, standing, outcome);
    }
  }

  /** What this command was answered while that target could still be shared with. */
  async #firstRun(
    { slot, targetWorkspace }: ShareImage,
    { context }: CommandRequest,
  ): Promise<ShareImageOutcome | undefined> {
    const stream = imageStream(slot);
    const outcome = await earlierRun(this.earlier, context, (_event, on) => on === stream);
    if (outcome === undefined) return undefined;
    const share = { shareId: shareIdOf(context.commandId, slot, targetWorkspace), target: targetWorkspace };
    const [recorded] = await this.events.readStream(stream, { from: outcome.revision, limit: 1 });
    const event = recorded && imageCodec.decode(recorded);
    switch (event?.type) {
      case 'ShareRequested':
        return event.data.shareId === share.shareId
          ? { ...outcome, share: 'pending', shareId: share.shareId }
          : undefined;
      case 'ImageShared':
        return event.data.shareId === share.shareId ? this.#afterTheEnd(slot, share, outcome) : undefined;
      default:
        return undefined;
    }
  }

  /** The share was made by an earlier run of this command, or ended right after: the answer stays what it was. */
  async #afterTheEnd(
    slot: Slot,
    share: ShareTo,
    outcome: Exclude<HandlerOutcome, { kind: 'rejected' }>,
  ): Promise<ShareImageOutcome> {
    const takenBack = await wasTakenBack(this.events, imageStream(slot), share.shareId);
    if (takenBack) return rejected(refusal.nameTakenByOwnImage(slotIn(share.target, slot)));
    return { ...outcome, share: 'active', shareId: share.shareId };
  }

  async #requestShare(
    slot: Slot,
    share: ShareParties,
    request: CommandRequest,
  ): Promise<ShareImageOutcome | EndedMeanwhile> {
    const now = request.context.occurredAt;
    const expiresAt = new Date(Date.parse(now) + this.options.requestDays * 86_400_000).toISOString();
    const stream = imageStream(slot);
    const outcome = await this.slots.execute(
      stream,
      { type: 'RequestShare', data: { slot, ...share, expiresAt, now } },
      request.context,
    );
    if (outcome.kind === 'rejected') return outcome;
    if (outcome.kind === 'accepted') return { ...outcome, share: 'pending', shareId: share.shareId };
    const { state } = await this.slots.load(stream);
    const active = activeShare(state, share.target);
    if (active !== undefined) return { ...outcome, share: 'active', shareId: active.shareId };
    const waiting = pendingRequestTo(state, share.target);
    return waiting === undefined ? 'ended-meanwhile' : { ...outcome, share: 'pending', shareId: waiting.shareId };
  }

  /**
   * The common conflict is found before anything is written. What slips in between is settled by the steps, and so is
   * a share that has ended and is still in the target's slot.
   */
  async #earlyConflict(slot: Slot, share: ShareParties): Promise<HandlerRejection | undefined> {
    const source = await this.slots.load(imageStream(slot));
    if (source.state.kind !== 'owned' || activeShare(source.state, share.target) !== undefined) return undefined;
    const target = slotIn(share.target, slot);
    const { state } = await this.slots.load(imageStream(target));
    switch (state.kind) {
      case 'empty':
        return undefined;
      case 'owned':
        return refusal.nameTakenByOwnImage(target);
      case 'shared-in':
        // From this same image it is a share that has begun since the source was looked at, or one on its way out.
        if (state.source === slot.workspace || !(await this.steps.isHeld(target, state))) return undefined;
        return refusal.nameTakenByShare(target, state);
    }
  }

  /** Unknown, foreign and unreadable targets get one and the same answer, so that names cannot be probed. */
  async #wayTo(data: ShareImage, { caller }: CommandRequest): Promise<Way> {
    const { slot, targetWorkspace, targetAccountId } = data;
    const [sourceAccount, targetAccount] = await Promise.all([
      this.directory.accountOf(slot.workspace),
      this.directory.accountOf(targetWorkspace),
    ]);
    if (sourceAccount === undefined || targetAccount === undefined) return unavailable(targetWorkspace);
    if (targetAccountId !== undefined && targetAccountId !== targetAccount) return unavailable(targetWorkspace);

    if (sourceAccount !== targetAccount) {
      const allowed =
        targetAccountId !== undefined && (await takeRequests(this.directory, sourceAccount, targetAccount));
      return allowed ? { kind: 'by-request', accountId: targetAccount } : unavailable(targetWorkspace);
    }
    const policy = await this.directory.sharingPolicyOf(sourceAccount);
    if (policy.targetAdmin === 'not-required') return { kind: 'at-once', accountId: targetAccount };
    const role = await this.directory.roleOf(caller, targetWorkspace);
    switch (role) {
      case 'admin':
        return { kind: 'at-once', accountId: targetAccount };
      case 'member':
        return {
          kind: 'refused',
          rejection: {
            code: 'forbidden',
            category: 'forbidden',
            message: `Sharing with workspace ${targetWorkspace} needs an admin of both workspaces, and you are only a member there. Ask one of its admins.`,
          },
        };
      case undefined:
        return unavailable(targetWorkspace);
    }
  }
}

/** The share or request that made the command "already so" was gone when it was looked at: decide again. */
type EndedMeanwhile = 'ended-meanwhile';

const maxAttempts = 12;

type Way =
  | { readonly kind: 'at-once' | 'by-request'; readonly accountId: string }
  | { readonly kind: 'refused'; readonly rejection: HandlerRejection };

function unavailable(target: string): Way {
  return {
    kind: 'refused',
    rejection: {
      code: 'target-not-available',
      category: 'invalid',
      message: `Workspace ${target} is not one you can share with. It must exist in the same account and you must be an admin of it; another account must allow requests, and its account id must be given.`,
    },
  };
}

function rejected(rejection: HandlerRejection): Extract<HandlerOutcome, { kind: 'rejected' }> {
  return { kind: 'rejected', rejection };
}
