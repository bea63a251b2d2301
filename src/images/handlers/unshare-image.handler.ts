import { imageStream } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import { activeShare } from '../domain/image.queries.js';
import type { SharingSteps } from '../sharing/sharing-steps.js';
import type { SharingDirectory } from '../sharing-directory.js';
import type { CommandRequest, HandlerRejection } from '../../command-bus/command-definition.js';
import type { HandlerOutcome, SlotExecutor } from './image-handler.js';
import { later, requireRole } from './image-handler.js';

export interface UnshareImage {
  readonly slot: Slot;
  readonly targetWorkspace: string;
}

/** Ends a share, or withdraws a request that waits. For admins of the source, and of the target where the policy asks for it. */
export class UnshareImageHandler {
  constructor(
    private readonly slots: SlotExecutor,
    private readonly steps: SharingSteps,
    private readonly directory: SharingDirectory,
  ) {}

  async handle({ slot, targetWorkspace }: UnshareImage, request: CommandRequest): Promise<HandlerOutcome> {
    const refused = await requireRole(this.directory, request.caller, slot.workspace, 'admin');
    if (refused !== undefined) return { kind: 'rejected', rejection: refused };

    const stream = imageStream(slot);
    const { state } = await this.slots.load(stream);
    const share = activeShare(state, targetWorkspace);
    if (share !== undefined) {
      const alsoThere = await this.#targetAdmin(slot, targetWorkspace, request);
      if (alsoThere !== undefined) return { kind: 'rejected', rejection: alsoThere };
    }
    const command = { type: 'UnshareImage', data: { slot, target: targetWorkspace } } as const;
    const outcome = await this.slots.execute(stream, command, request.context);
    if (outcome.kind === 'rejected' || share === undefined) return outcome;
    return later(outcome, await this.steps.withdraw(slot, share, 'requested', request.context));
  }

  /**
   * Within an account the policy may ask for an admin of both workspaces. Taking back what another account accepted
   * is the owner's own right. Whoever gets here sees the list of shares, so the refusal tells nothing new.
   */
  async #targetAdmin(slot: Slot, target: string, { caller }: CommandRequest): Promise<HandlerRejection | undefined> {
    const [sourceAccount, targetAccount] = await Promise.all([
      this.directory.accountOf(slot.workspace),
      this.directory.accountOf(target),
    ]);
    if (sourceAccount === undefined || sourceAccount !== targetAccount) return undefined;
    const { targetAdmin } = await this.directory.sharingPolicyOf(sourceAccount);
    return targetAdmin === 'not-required' ? undefined : requireRole(this.directory, caller, target, 'admin');
  }
}
