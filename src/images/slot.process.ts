import { readMetadata } from '../event-sourcing/codec.js';
import type { RecordedEvent } from '../event-sourcing/event.js';
import type { Projection } from '../event-sourcing/projection.js';
import { parseImageStream, slotIn } from '../vocabulary/slot.js';
import type { Slot } from '../vocabulary/slot.js';
import type { DeploymentMoves } from './deployments/deployment-moves.js';
import { imageCodec } from './domain/image.codec.js';
import type { ImageEvent } from './domain/image.events.js';
import type { Cause, SharingSteps } from './sharing/sharing-steps.js';

/** What brings the slots together that one command concerned. */
export interface SlotProcessParts {
  readonly sharing: SharingSteps;
  readonly moves: DeploymentMoves;
  /** RFC 3339 in UTC with milliseconds. */
  readonly now: () => string;
}

const concernsAnotherSlot: ReadonlySet<string> = new Set<ImageEvent['type']>([
  'ImageShared',
  'ImageUnshared',
  'SharedImageReceived',
  'ImageDeployed',
]);

/**
 * The subscriber that brings the slots of a share together, and those a deployment moved between, whatever was
 * interrupted.
 *
 * It has a checkpoint like a projection and no tables: for every event that concerns another slot it runs the steps
 * that the command's handler has normally run already, which is then no effect.
 */
export function slotProcess(parts: SlotProcessParts): Projection {
  return {
    name: 'slot-process',
    version: 1,
    tables: [],
    async project(batch) {
      for (const recorded of batch) {
        if (concernsAnotherSlot.has(recorded.type)) await follow(parts, recorded);
      }
    },
  };
}

async function follow({ sharing, moves, now }: SlotProcessParts, recorded: RecordedEvent): Promise<void> {
  const slot = parseImageStream(recorded.stream);
  if (slot === undefined) return;
  const event = imageCodec.decode(recorded);
  switch (event?.type) {
    case 'ImageShared':
      await sharing.deliver(slot, event.data, causeOf(recorded, now()));
      return;
    case 'ImageUnshared':
      await sharing.withdraw(slot, event.data, event.data.reason, causeOf(recorded, now()));
      return;
    case 'SharedImageReceived': {
      // The share may have ended while the image was on its way, behind the back of whoever ended it.
      const { shareId, source } = event.data;
      const share = { shareId, target: slot.workspace };
      await sharing.withdraw(slotIn(source, slot), share, 'requested', causeOf(recorded, now()));
      return;
    }
    case 'ImageDeployed': {
      const { kind, deployment, movedFrom } = event.data;
      if (movedFrom === undefined) return;
      const before: Slot = { workspace: slot.workspace, ...movedFrom };
      const context = { ...causeOf(recorded, now()), commandId: `moved/${recorded.id}`, repeatable: false };
      await moves.followMove(before, { workspace: slot.workspace, kind, deployment }, recorded.position, context);
      return;
    }
    default:
      return;
  }
}

/** The one who sent the command is on record for what follows, too. */
function causeOf(recorded: RecordedEvent, occurredAt: string): Cause {
  const { correlationId, principal, actor, reason } = readMetadata(recorded);
  return {
    correlationId,
    causationId: recorded.id,
    principal,
    ...(actor !== undefined && { actor }),
    via: 'process',
    occurredAt,
    ...(reason !== undefined && { reason }),
  };
}
