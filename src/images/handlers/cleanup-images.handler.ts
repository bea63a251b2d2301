import { comparePositions } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import { imageStream, slotLabel } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { SharingDirectory } from '../sharing-directory.js';
import type { CommandRequest, HandlerRejection } from '../../command-bus/command-definition.js';
import type { SlotExecutor } from './image-handler.js';
import { requireRole } from './image-handler.js';

/** Finds images that nothing depends on. What it says may be a moment old: the slot decides. */
export interface UnusedImageFinder {
  unused(workspace: string): Promise<readonly Slot[]>;
}

export type CleanupOutcome =
  | { readonly kind: 'cleaned'; readonly deleted: readonly Slot[]; readonly position: Position | undefined }
  | { readonly kind: 'rejected'; readonly rejection: HandlerRejection };

/** Deletes the images of a workspace that are neither deployed nor shared. For admins. */
export class CleanupImagesHandler {
  constructor(
    private readonly slots: SlotExecutor,
    private readonly directory: SharingDirectory,
    private readonly finder: UnusedImageFinder,
  ) {}

  async handle({ workspace }: { readonly workspace: string }, request: CommandRequest): Promise<CleanupOutcome> {
    const refused = await requireRole(this.directory, request.caller, workspace, 'admin');
    if (refused !== undefined) return { kind: 'rejected', rejection: refused };
    const deleted: Slot[] = [];
    let position: Position | undefined;
    for (const slot of await this.finder.unused(workspace)) {
      const { context } = request;
      const outcome = await this.slots.execute(
        imageStream(slot),
        { type: 'DeleteImage', data: { slot } },
        { ...context, commandId: `${context.commandId}/${slotLabel(slot)}`, causationId: context.commandId },
      );
      if (outcome.kind !== 'accepted') continue;
      deleted.push(slot);
      if (comparePositions(outcome.position, position) > 0) position = outcome.position;
    }
    return { kind: 'cleaned', deleted, position };
  }
}
