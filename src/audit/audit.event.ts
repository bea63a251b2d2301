import { readMetadata } from '../event-sourcing/codec.js';
import type { RecordedEvent } from '../event-sourcing/event.js';
import type { Json } from '../event-sourcing/json.js';
import type { Position } from '../event-sourcing/position.js';
import type { ResourceType } from '../vocabulary/names.js';
import { parseImageStream } from '../vocabulary/slot.js';
import { workspaceOfStream } from './stream-owner.js';

/** A stored event with everything on record about it: what, who, when, through what, and why. */
export interface AuditEvent {
  readonly position: Position;
  readonly stream: string;
  readonly revision: bigint;
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  /** As stored, in the shape of its `schemaVersion`. */
  readonly data: Json;
  readonly principal: string;
  /** Who sent the command, when a service acted for the principal. */
  readonly actor?: string;
  readonly via: string;
  /** RFC 3339 in UTC with milliseconds. */
  readonly occurredAt: string;
  readonly reason?: string;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId?: string;
  /** Whose stream it is; absent for a stream of no workspace, such as an account's. */
  readonly workspace?: string;
  readonly image?: { readonly resourceType: ResourceType; readonly name: string };
}

/**
 * An event for people and programs to read.
 *
 * @throws CorruptEventError when its data is not JSON or its metadata is not what every event carries
 */
export function toAuditEvent(recorded: RecordedEvent): AuditEvent {
  const { position, stream, revision, id, type, data } = recorded;
  const slot = parseImageStream(stream);
  const workspace = slot?.workspace ?? workspaceOfStream(stream);
  return {
    position,
    stream,
    revision,
    id,
    type,
    data,
    ...readMetadata(recorded),
    ...(workspace !== undefined && { workspace }),
    ...(slot !== undefined && { image: { resourceType: slot.resourceType, name: slot.name } }),
  };
}
