import type { ResourceType } from '../../vocabulary/names.js';
import { imageStream, slotIn, slotLabel } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import { findTag, holdsDigest, latestTag } from '../domain/image.queries.js';
import { refusal } from '../domain/image.rejections.js';
import type { ImageState } from '../domain/image.state.js';
import type { SharingDirectory } from '../sharing-directory.js';
import type { CommandRequest, HandlerRejection } from '../../command-bus/command-definition.js';
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

/** Finds the slot a deployment was made from. */
export interface DeploymentFinder {
  locate(workspace: string, kind: ResourceType, deployment: string): Promise<Slot | undefined>;
}

/** Deployments pin a digest and protect it. For members. */
export class DeploymentHandlers {
  constructor(
    private readonly slots: SlotExecutor,
    private readonly directory: SharingDirectory,
    private readonly finder: DeploymentFinder,
  ) {}

  async deploy(data: Deploy, request: CommandRequest): Promise<HandlerOutcome> {
    const { slot, kind, deployment } = data;
    const refused = await requireRole(this.directory, request.caller, slot.workspace, 'member');
    if (refused !== undefined) return { kind: 'rejected', rejection: refused };

    const pinned = await this.#pin(data);
    if ('code' in pinned) return { kind: 'rejected', rejection: pinned };
    const outcome = await this.slots.execute(
      imageStream(slot),
      { type: 'RecordDeployment', data: { slot, kind, deployment, ...pinned } },
      request.context,
    );
    if (outcome.kind === 'accepted') await this.#retireElsewhere(data, request);
    return outcome;
  }

  async retire({ workspace, kind, deployment }: Retire, request: CommandRequest): Promise<HandlerOutcome> {
    const refused = await requireRole(this.directory, request.caller, workspace, 'member');
    if (refused !== undefined) return { kind: 'rejected', rejection: refused };
    const slot = await this.finder.locate(workspace, kind, deployment);
    if (slot === undefined) return { kind: 'rejected', rejection: unknownDeployment(workspace, kind, deployment) };
    return this.slots.execute(
      imageStream(slot),
      { type: 'RetireDeployment', data: { slot, kind, deployment } },
      request.context,
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

  /** One name runs from one image: deploying it from another ends the deployment made before. */
  async #retireElsewhere({ slot, kind, deployment }: Deploy, request: CommandRequest): Promise<void> {
    const before = await this.finder.locate(slot.workspace, kind, deployment);
    if (before === undefined || slotLabel(before) === slotLabel(slot)) return;
    const { context } = request;
    await this.slots.execute(
      imageStream(before),
      { type: 'RetireDeployment', data: { slot: before, kind, deployment } },
      { ...context, commandId: `${context.commandId}/retire-elsewhere`, causationId: context.commandId },
    );
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

function unknownDeployment(workspace: string, kind: ResourceType, deployment: string): HandlerRejection {
  return {
    code: 'deployment-not-found',
    category: 'not-found',
    message: `There is no ${kind} deployment ${deployment} in workspace ${workspace}.`,
  };
}
