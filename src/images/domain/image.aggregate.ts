import type { Aggregate } from '../../event-sourcing/aggregate.js';
import { imageCodec } from './image.codec.js';
import type { ImageCommand } from './image.commands.js';
import { imageDecider } from './image.decider.js';
import type { ImageEvent } from './image.events.js';
import { isOutcome } from './image.outcome.js';
import type { ImageRejection } from './image.rejections.js';
import { deserializeState, serializeState, snapshotVersion } from './image.snapshot.js';
import { stateWeight } from './image.state.js';
import type { ImageState } from './image.state.js';

/** A slot as the kernel runs it. */
export const imageAggregate: Aggregate<ImageCommand, ImageEvent, ImageState, ImageRejection> = {
  decider: imageDecider,
  codec: imageCodec,
  snapshots: { version: `image-${snapshotVersion}`, serialize: serializeState, deserialize: deserializeState },
  isOutcome,
  weight: stateWeight,
};
