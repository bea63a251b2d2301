import type { ResourceType } from '../../vocabulary/names.js';
import { imageStream, parseImageStream, slotIn, slotLabel } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { DeploymentData } from '../domain/image.events.js';
import { findTag, holdsDigest, latestTag } from '../domain/image.queries.js';
import { refusal } from '../domain/image.rejections.js';
import type { ImageState } from '../domain/image.state.js';
import type { CommandContext } from '../../event-sourcing/command.js';
import type { DeploymentMoves } from '../deployments/deployment-moves.js';
import type { SharingDirectory } from '../sharing-directory.js';
import type { CommandRequest, HandlerRejection } from '../../command-bus/command-definition.js';
import { causedBy, earlierRun } from './earlier-commands.js';
import type { EarlierCommands } from './earlier-commands.js';
import type { HandlerOutcome, SlotExecutor } from './image-handler.js';
import { requireRole } from './image-handler.js';

/** Says that a workspace runs something from an image of its catalog, owned or shared in. */
export interface Deploy {
  readonly slot: Slot;
  readonly kind: ResourceType;
  readonly deployment: string;
  /** Deploy what this tag points at now. Neither tag nor digest: the tag pushed last. */
  readonly tag?: string;
  /** Deploy exactly this. */
  readonly digest?: string;
}

export interface Retire {
  readonly workspace: string;
  readonly kind: ResourceType;
  readonly deployment: string;
}

/** Finds the slot a deployment was made from. Knows everything recorded before it is asked. */
export interface DeploymentFinder {
  locate(workspace: string, kind: ResourceType, deployment: string): Promise<Slot | undefined>;
}

/** Deployments pin a digest and protect it. For members. */
export class DeploymentHandlers {
  constructor(
    private readonly slots: SlotExecutor,
    private readonly moves: DeploymentMoves,
    private readonly directory: SharingDirectory,
    private readonly finder: DeploymentFinder,
    private readonly earlier: EarlierCommands,
  ) {}

  async deploy(data: Deploy, request: CommandRequest): Promise<HandlerOutcome> {
    const { workspace } = data.slot;
    const refused = await requireRole(this.directory, request.caller, workspace, 'member');
    if (refused !== undefined) return { kind: 'rejected', rejection: refused };
    const { kind, deployment } = data;
    return this.moves.inTurn({ workspace, kind, deployment }, () => this.#deploy(data, request.context));
  }

  async retire({ workspace, kind, deployment }: Retire, request: CommandRequest): Promise<HandlerOutcome> {
    const refused = await requireRole(this.directory, request.caller, workspace, 'member');
    if (refused !== undefined) return { kind: 'rejected', rejection: refused };
    return this.moves.inTurn({ workspace, kind, deployment }, () =>
      this.#retire({ workspace, kind, deployment }, request.context),
    );
  }

  /** One name runs from one image: deploying it from another ends the deployment made before. */
  async #deploy(data: Deploy, context: CommandContext): Promise<HandlerOutcome> {
    const { slot, kind, deployment } = data;
    const stream = imageStream(slot);
    const first = await earlierRun(
      this.earlier,
      context,
      (event, on) => on === stream && event.type === 'ImageDeployed' && isOf(event.data, kind, deployment),
    );
    if (first !== undefined) return first;

    const pinned = await this.#pin(data);
    if ('code' in pinned) return { kind: 'rejected', rejection: pinned };
    const deployed = { workspace: slot.workspace, kind, deployment };
    const runsFrom = await this.finder.locate(slot.workspace, kind, deployment);
    const before = runsFrom === undefined || slotLabel(runsFrom) === slotLabel(slot) ? undefined : runsFrom;
    if (before !== undefined && (await this.moves.runsFrom(slot, deployed))) {
      // It moved away and was never ended here. Only a deployment recorded anew comes after the other one.
      await this.moves.leave(slot, deployed, causedBy(context, 'leave-leftover'));
    }
    const movedFrom = before && { resourceType: before.resourceType, name: before.name };
    const outcome = await this.slots.execute(
      stream,
      {
        type: 'RecordDeployment',
        data: { slot, kind, deployment, ...pinned, ...(movedFrom !== undefined && { movedFrom }) },
      },
      context,
    );
    if (outcome.kind === 'accepted' && before !== undefined) {
      await this.moves.leaveBehind(before, deployed, outcome.position, causedBy(context, 'leave'));
    }
    return outcome;
  }

  async #retire({ workspace, kind, deployment }: Retire, context: CommandContext): Promise<HandlerOutcome> {
    const first = await earlierRun(
      this.earlier,
      context,
      (event, on) =>
        parseImageStream(on)?.workspace === workspace &&
        event.type === 'DeploymentRetired' &&
        isOf(event.data, kind, deployment),
    );
    if (first !== undefined) return first;
    const slot = await this.finder.locate(workspace, kind, deployment);
    if (slot === undefined) return { kind: 'rejected', rejection: unknownDeployment(workspace, kind, deployment) };
    return this.slots.execute(
      imageStream(slot),
      { type: 'RetireDeployment', data: { slot, kind, deployment } },
      context,
    );
  }

  /** The digest stands in the slot that owns the image: for one shared in, that is the source's. */
  async #pin({
    slot,
    tag,
    digest,
  }: Deploy): Promise<{ readonly tag?: string; readonly digest: string } | HandlerRejection> {
    const { state } = await this.slots.load(imageStream(slot));
    if (state.kind === 'empty') return refusal.imageNotFound(slot);
    const owner = state.kind === 'owned' ? slot : slotIn(state.source, slot);
    const owned = state.kind === 'owned' ? state : (await this.slots.load(imageStream(owner))).state;
    return pinIn(owned, slot, tag, digest);
  }
}

function pinIn(
  owned: ImageState,
  slot: Slot,
  tag: string | undefined,
  digest: string | undefined,
): { readonly tag?: string; readonly digest: string } | HandlerRejection {
  if (owned.kind !== 'owned') return refusal.imageNotFound(slot);
  if (digest !== undefined) return holdsDigest(owned, digest) ? { digest } : refusal.digestNotFound(slot, digest);
  if (tag !== undefined) {
    const found = findTag(owned, tag);
    return found === undefined ? refusal.tagNotFound(slot, tag) : { tag, digest: found.digest };
  }
  const latest = latestTag(owned);
  if (latest === undefined) return refusal.tagNotFound(slot, 'latest');
  return { tag: latest.tag, digest: latest.digest };
}

function isOf(data: Pick<DeploymentData, 'kind' | 'deployment'>, kind: ResourceType, deployment: string): boolean {
  return data.kind === kind && data.deployment === deployment;
}

function unknownDeployment(workspace: string, kind: ResourceType, deployment: string): HandlerRejection {
  return {
    code: 'deployment-not-found',
    category: 'not-found',
    message: `There is no ${kind} deployment ${deployment} in workspace ${workspace}.`,
  };
}
