import { readMetadata } from '../../event-sourcing/codec.js';
import type { RecordedEvent } from '../../event-sourcing/event.js';
import type { Projection } from '../../event-sourcing/projection.js';
import { parseImageStream } from '../../vocabulary/slot.js';
import { imageCodec } from '../domain/image.codec.js';
import type { Cause, SharingSteps } from './sharing-steps.js';

const beginsOrEnds: ReadonlySet<string> = new Set(['ImageShared', 'ImageUnshared']);

/**
 * The subscriber that brings both slots of a share together, whatever was interrupted.
 *
 * It has a checkpoint like a projection and no tables: for every share that began or ended it runs the steps that
 * the command's handler has normally run already, which is then no effect.
 */
export function sharingProcess(steps: SharingSteps, now: () => string): Projection {
  return {
    name: 'sharing-process',
    version: 1,
    tables: [],
    async project(batch) {
      for (const recorded of batch) {
        if (beginsOrEnds.has(recorded.type)) await follow(steps, recorded, now());
      }
    },
  };
}

async function follow(steps: SharingSteps, recorded: RecordedEvent, now: string): Promise<void> {
  const source = parseImageStream(recorded.stream);
  if (source === undefined) return;
  const event = imageCodec.decode(recorded);
  switch (event?.type) {
    case 'ImageShared':
      await steps.deliver(source, event.data, causeOf(recorded, now));
      return;
    case 'ImageUnshared':
      await steps.withdraw(source, event.data, event.data.reason, causeOf(recorded, now));
      return;
    default:
      return;
  }
}

/** The one who shared is on record for what follows, too. */
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
