import { readMetadata } from '../event-sourcing/codec.js';
import type { RecordedEvent } from '../event-sourcing/event.js';
import type { Position } from '../event-sourcing/position.js';
import { imageCodec } from '../images/domain/image.codec.js';
import type { ImageEvent } from '../images/domain/image.events.js';

/** The data of one type of event. */
export type ImageEventData<T extends ImageEvent['type']> = Extract<ImageEvent, { type: T }>['data'];

/** What a projection needs of one event of a slot. */
export interface SlotEvent {
  readonly event: ImageEvent;
  readonly position: Position;
  /** When: RFC 3339 in UTC with milliseconds. */
  readonly at: string;
  /** Who: the principal. */
  readonly by: string;
}

/**
 * The event of a slot, decoded; `undefined` for a type this release does not know.
 *
 * @throws CorruptEventError when the event cannot be read
 */
export function readSlotEvent(recorded: RecordedEvent): SlotEvent | undefined {
  const event = imageCodec.decode(recorded);
  if (event === undefined) return undefined;
  const { metadata, position } = recorded;
  // A rebuild reads millions of events: the two fields that are needed are checked here, all of them only when one is amiss.
  if (typeof metadata === 'object' && metadata !== null && 'occurredAt' in metadata && 'principal' in metadata) {
    const { occurredAt: at, principal: by } = metadata;
    if (typeof at === 'string' && typeof by === 'string') return { event, position, at, by };
  }
  const { occurredAt: at, principal: by } = readMetadata(recorded);
  return { event, position, at, by };
}
