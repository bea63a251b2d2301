import { readMetadata } from '../../event-sourcing/codec.js';
import type { EventMetadata, NewEvent, RecordedEvent } from '../../event-sourcing/event.js';
import { CorruptEventError } from '../../event-sourcing/faults.js';
import type { Json, JsonObject } from '../../event-sourcing/json.js';

/**
 * A stored event as it is appended to another store: nothing added, nothing left out.
 *
 * @throws CorruptEventError when it is not what an event of ours is
 */
export function copyOf(event: RecordedEvent): NewEvent {
  const { id, type, data, metadata } = event;
  if (!isObject(data)) throw new CorruptEventError(event, 'its data is not a JSON object');
  if (!isMetadataOf(event, metadata)) throw new CorruptEventError(event, 'its metadata is not a JSON object');
  return { id, type, data, metadata };
}

/** All that must be the same of an event in two stores, as one text. */
export function textOf({ stream, revision, id, type, data, metadata }: RecordedEvent): string {
  return JSON.stringify([stream, Number(revision), id, type, data, metadata]);
}

/** Which of those parts two events do not share. */
export function differingParts(one: RecordedEvent, other: RecordedEvent): readonly string[] {
  const parts = ['stream', 'revision', 'id', 'type', 'data', 'metadata'] as const;
  return parts.filter((part) => asText(one[part]) !== asText(other[part]));
}

function asText(value: Json | bigint): string {
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws CorruptEventError when a field of it is missing or of another type */
function isMetadataOf(event: RecordedEvent, metadata: Json): metadata is Json & EventMetadata {
  readMetadata(event);
  return isObject(metadata);
}
