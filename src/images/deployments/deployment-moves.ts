import { imageStream, slotLabel } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { ResourceType } from '../../vocabulary/names.js';
import type { CommandContext } from '../../event-sourcing/command.js';
import type { EventReader } from '../../event-sourcing/event-store.js';
import { KeyedQueue } from '../../event-sourcing/keyed-queue.js';
import { comparePositions } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import { imageCodec } from '../domain/image.codec.js';
import { findDeployment } from '../domain/image.queries.js';
import type { SlotExecutor } from '../handlers/image-handler.js';

/** A deployment of a workspace, from whichever of its images. */
export interface Deployment {
  readonly workspace: string;
  readonly kind: ResourceType;
  readonly deployment: string;
}

const pageSize = 500;

/**
 * One name of a workspace runs from one image: what is deployed from another one leaves the image it ran from.
 *
 * Leaving may run any number of times, from the command's handler and from the slot process.
 */
export class DeploymentMoves {
  readonly #turns = new KeyedQueue();

  constructor(
    private readonly slots: SlotExecutor,
    private readonly events: EventReader,
  ) {}

  /** Whatever moves or ends one deployment takes turns. */
  inTurn<T>({ workspace, kind, deployment }: Deployment, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(`${workspace}/${kind}/${deployment}`, work);
  }

  /** Whether the deployment is on record in the slot. */
  async runsFrom(slot: Slot, { kind, deployment }: Deployment): Promise<boolean> {
    const { state } = await this.slots.load(imageStream(slot));
    return findDeployment(state, kind, deployment) !== undefined;
  }

  /** Ends the deployment in a slot, if it is there. To be called in its turn. */
  async leave(slot: Slot, { kind, deployment }: Deployment, context: CommandContext): Promise<void> {
    await this.slots.execute(
      imageStream(slot),
      { type: 'RetireDeployment', data: { slot, kind, deployment } },
      { ...context, repeatable: false },
    );
  }

  /** Ends in one slot what moved to another at this position, unless it was deployed there anew since. */
  async followMove(slot: Slot, moved: Deployment, at: Position, context: CommandContext): Promise<void> {
    await this.inTurn(moved, () => this.leaveBehind(slot, moved, at, context));
  }

  /**
   * Ends in one slot what moved to another at this position, unless it was deployed there anew since, on another node
   * for instance. To be called in its turn.
   */
  async leaveBehind(slot: Slot, moved: Deployment, at: Position, context: CommandContext): Promise<void> {
    if (!(await this.runsFrom(slot, moved))) return;
    if (comparePositions(await this.#lastDeployed(slot, moved), at) < 0) await this.leave(slot, moved, context);
  }

  async #lastDeployed(slot: Slot, { kind, deployment }: Deployment): Promise<Position> {
    const stream = imageStream(slot);
    let from: bigint | undefined;
    for (;;) {
      const page = await this.events.readStream(stream, {
        direction: 'backwards',
        limit: pageSize,
        ...(from !== undefined && { from }),
      });
      for (const recorded of page) {
        const event = imageCodec.decode(recorded);
        if (event?.type !== 'ImageDeployed') continue;
        if (event.data.kind === kind && event.data.deployment === deployment) return recorded.position;
      }
      const last = page.at(-1);
      if (last === undefined || last.revision === 0n) {
        throw new Error(`${slotLabel(slot)} runs ${kind} ${deployment} and its stream does not say since when`);
      }
      from = last.revision - 1n;
    }
  }
}
