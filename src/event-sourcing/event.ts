import type { Json, JsonObject } from './json.js';
import type { Position } from './position.js';

/** A fact of the domain: its stored type name and its data. */
export interface DomainEvent {
  readonly type: string;
  readonly data: object;
}

/** Who caused an event, when, through what and why. Stored beside the data of every event. */
export interface EventMetadata {
  /** The command that had this event as its effect. */
  readonly commandId: string;
  /** Ties together everything that one request from outside set in motion. */
  readonly correlationId: string;
  /** The event or message that led to the command, when it was not a person. */
  readonly causationId?: string;
  /** Who acted, for example `user:alice`, `service-account:sa_1` or `operator`. */
  readonly principal: string;
  /** Who sent the command, when a service acted for the principal. */
  readonly actor?: string;
  /** The door the command came through: `http`, `cli`, `bus`, `process` … */
  readonly via: string;
  /** When the command was accepted for handling: RFC 3339 in UTC with milliseconds. */
  readonly occurredAt: string;
  /** Why, in the caller's own words. */
  readonly reason?: string;
  /** The version of the data's shape; see {@link defineCodec}. */
  readonly schemaVersion: number;
}

/** An event on its way into a store. */
export interface NewEvent {
  /** A UUID. Repeating an append is recognized by these ids. */
  readonly id: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: EventMetadata;
}

/** An event as a store gives it back. Data and metadata are not yet validated: a codec does that. */
export interface RecordedEvent {
  readonly id: string;
  readonly type: string;
  readonly stream: string;
  /** 0-based place in its stream. */
  readonly revision: bigint;
  /** Place in the global order. */
  readonly position: Position;
  /** Parsed JSON. Reading it throws {@link CorruptEventError} when the stored text is not JSON. */
  readonly data: Json;
  /** Parsed JSON. Reading it throws {@link CorruptEventError} when the stored text is not JSON. */
  readonly metadata: Json;
}
