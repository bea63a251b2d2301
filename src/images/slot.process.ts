import { readMetadata } from '../event-sourcing/codec.js';
import type { RecordedEvent } from '../event-sourcing/event.js';
import type { Projection } from '../event-sourcing/projection.js';
import { parseImageStream, slotIn, slotLabel } from '../vocabulary/slot.js';
import type { Slot } from '../vocabulary/slot.js';
import type { Deployment, DeploymentMoves } from './deployments/deployment-moves.js';
import { DeploymentPlaces, deploymentPlacesTable } from './deployments/deployment-places.js';
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
 * For every event that concerns another slot it runs the steps that the command's handler has normally run already,
 * which is then no effect. It keeps in which image each deployment was last recorded: two nodes that move one at the
 * same time see the same image it ran from, and only the log tells that the later one moved it on from the earlier one's.
 */
export function slotProcess(parts: SlotProcessParts): Projection {
  return {
    name: 'slot-process',
    version: 1,
    tables: [deploymentPlacesTable],
    // Handlers have mostly done it all, and nobody waits for the rest.
    gatherMs: 100,
    async project(batch, rows) {
      const concerned = batch.flatMap((recorded) => toFollow(recorded) ?? []);
      if (concerned.length === 0) return;
      const places = new DeploymentPlaces(rows);
      await places.load(concerned.flatMap(({ slot, event }) => deploymentIn(slot, event) ?? []));
      for (const one of concerned) await follow(parts, one, places);
    },
  };
}

interface ToFollow {
  readonly slot: Slot;
  readonly event: ImageEvent;
  readonly recorded: RecordedEvent;
}

function toFollow(recorded: RecordedEvent): ToFollow | undefined {
  if (!concernsAnotherSlot.has(recorded.type)) return undefined;
  const slot = parseImageStream(recorded.stream);
  const event = slot && imageCodec.decode(recorded);
  return slot === undefined || event === undefined ? undefined : { slot, event, recorded };
}

function deploymentIn({ workspace }: Slot, event: ImageEvent): Deployment | undefined {
  if (event.type !== 'ImageDeployed') return undefined;
  const { kind, deployment } = event.data;
  return { workspace, kind, deployment };
}

async function follow(
  { sharing, moves, now }: SlotProcessParts,
  { slot, event, recorded }: ToFollow,
  places: DeploymentPlaces,
): Promise<void> {
  switch (event.type) {
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
      const { workspace } = slot;
      const moved: Deployment = { workspace, kind, deployment };
      const before = [places.find(moved), movedFrom && { workspace, ...movedFrom }];
      places.put(moved, slot);
      const left = new Map(before.flatMap((place) => (place === undefined ? [] : [[slotLabel(place), place]])));
      left.delete(slotLabel(slot));
      for (const [number, place] of [...left.values()].entries()) {
        const commandId = `moved/${recorded.id}/${number}`;
        const context = { ...causeOf(recorded, now()), commandId, repeatable: false };
        await moves.followMove(place, moved, recorded.position, context);
      }
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
