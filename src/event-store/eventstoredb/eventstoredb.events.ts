import type { AllStreamResolvedEvent, ResolvedEvent, RecordedEvent as ServerEvent } from '@eventstore/db-client';
import { validate as isUuid } from 'uuid';
import type { NewEvent, RecordedEvent } from '../../event-sourcing/event.js';
import type { Json } from '../../event-sourcing/json.js';
import type { ProposedEvent } from './append-messages.js';
import { toPosition } from './eventstoredb.position.js';
import type { LogPosition } from './eventstoredb.position.js';

/**
 * An event as it is sent, with its data as it is now.
 *
 * @throws TypeError for an id that the server would not give back as it was
 */
export function toProposedEvent({ id, type, data, metadata }: NewEvent): ProposedEvent {
  // Anything else would break the call that all appends share.
  if (!isUuid(id) || id !== id.toLowerCase()) {
    throw new TypeError(`an event id must be a UUID in lower case here, not ${JSON.stringify(id)}`);
  }
  return { id, type, data: bytesOf(data), metadata: bytesOf(metadata) };
}

/**
 * An event as the server gave it back. What is not JSON, or does not parse, comes as `null` or as text; a codec then
 * says so and names the position.
 */
export function fromServerEvent(event: ServerEvent, position: LogPosition, stream: string): RecordedEvent {
  return {
    id: event.id,
    type: event.type,
    stream,
    revision: event.revision,
    position: toPosition(position),
    data: json(event.data),
    metadata: json(event.metadata),
  };
}

/** The event itself, never what a link in its place points at. */
export function eventOf({ link, event }: ResolvedEvent | AllStreamResolvedEvent): ServerEvent | undefined {
  return link === undefined ? event : undefined;
}

/** Where it stands in the log itself, whatever it points at. */
export function placeOf(resolved: AllStreamResolvedEvent | undefined): LogPosition | undefined {
  return resolved?.link?.position ?? resolved?.event?.position;
}

function json(value: unknown): Json {
  return value === undefined || value instanceof Uint8Array ? null : (value as Json);
}

function bytesOf(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}
