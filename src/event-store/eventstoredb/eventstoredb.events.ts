import type {
  AllStreamResolvedEvent,
  JSONEventData,
  ResolvedEvent,
  RecordedEvent as ServerEvent,
} from '@eventstore/db-client';
import { jsonEvent } from '@eventstore/db-client';
import type { NewEvent, RecordedEvent } from '../../event-sourcing/event.js';
import type { Json } from '../../event-sourcing/json.js';
import { toPosition } from './eventstoredb.position.js';
import type { LogPosition } from './eventstoredb.position.js';

/** An event as the client sends it, with its data as it is now: the client serializes later. */
export function toServerEvent({ id, type, data, metadata }: NewEvent): JSONEventData {
  return jsonEvent({ id, type, data: copied(data), metadata: copied({ ...metadata }) });
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

function json(value: unknown): Json {
  return value === undefined || value instanceof Uint8Array ? null : (value as Json);
}

function copied<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
