import type { CommandContext } from '../../event-sourcing/command.js';
import { KeyedQueue } from '../../event-sourcing/keyed-queue.js';
import { comparePositions } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import { imageStream, parseImageStream, slotLabel } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { SharingDirectory } from '../sharing-directory.js';
import type { CommandRequest, HandlerRejection } from '../../command-bus/command-definition.js';
import { causedBy } from './earlier-commands.js';
import type { EarlierCommands } from './earlier-commands.js';
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
  readonly #turns = new KeyedQueue();

  constructor(
    private readonly slots: SlotExecutor,
    private readonly directory: SharingDirectory,
    private readonly finder: UnusedImageFinder,
    private readonly earlier: EarlierCommands,
  ) {}

  async handle(
    { workspace }: { readonly workspace: string },
    { caller, context }: CommandRequest,
  ): Promise<CleanupOutcome> {
    const refused = await requireRole(this.directory, caller, workspace, 'admin');
    if (refused !== undefined) return { kind: 'rejected', rejection: refused };
    // The same command twice at once must not share the work: both answers name all of it.
    return this.#turns.run(context.commandId, () => this.#cleanUp(workspace, context));
  }

  async #cleanUp(workspace: string, context: CommandContext): Promise<CleanupOutcome> {
    const before = await this.#earlierRun(context);
    if (before !== undefined) return before;
    const deleted: Slot[] = [];
    let position: Position | undefined;
    for (const slot of await this.finder.unused(workspace)) {
      const outcome = await this.slots.execute(
        imageStream(slot),
        { type: 'DeleteImage', data: { slot } },
        causedBy(context, `${step}${slotLabel(slot)}`),
      );
      if (outcome.kind !== 'accepted') continue;
      deleted.push(slot);
      if (comparePositions(outcome.position, position) > 0) position = outcome.position;
    }
    return { kind: 'cleaned', deleted, position };
  }

  /** What fell out of use since a first run is none of its business when it is repeated, even if it was cut short. */
  async #earlierRun({ commandId, repeatable }: CommandContext): Promise<CleanupOutcome | undefined> {
    const deletions = repeatable ? await this.earlier.findAll(`${commandId} ${step}`) : [];
    const last = deletions.at(-1);
    if (last === undefined) return undefined;
    const deleted = deletions.flatMap(({ stream }) => parseImageStream(stream) ?? []);
    return { kind: 'cleaned', deleted, position: last.position };
  }
}

const step = 'cleanup ';
