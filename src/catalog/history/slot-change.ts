import type { JsonObject } from '../../event-sourcing/json.js';
import { imageCodec } from '../../images/domain/image.codec.js';
import type { Slot } from '../../vocabulary/slot.js';
import { imageStream } from '../../vocabulary/slot.js';
import type { SlotEvent } from '../slot-event.js';
import type { SlotChangeRow } from './history.tables.js';

/** The row that keeps a change. */
export function changeRow(
  slot: string,
  since: string,
  revision: bigint,
  { event, position, at, by }: SlotEvent,
): SlotChangeRow {
  const { type, data, schemaVersion } = imageCodec.encode(event);
  const text = JSON.stringify(data);
  return { slot, since, position, revision: Number(revision), type, schema_version: schemaVersion, data: text, at, by };
}

/**
 * The change a row keeps.
 *
 * @throws CorruptEventError when the row cannot be read
 */
export function readChange(slot: Slot, row: SlotChangeRow): SlotEvent {
  const { position, type, at, by } = row;
  const metadata: JsonObject = { schemaVersion: row.schema_version };
  const data: unknown = JSON.parse(row.data);
  const event = imageCodec.decode({
    stream: imageStream(slot),
    revision: BigInt(row.revision),
    position,
    type,
    data: isJsonObject(data) ? data : null,
    metadata,
  });
  if (event === undefined) throw new TypeError(`${imageStream(slot)}: no codec for a change of type ${type}`);
  return { event, position, at, by };
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
