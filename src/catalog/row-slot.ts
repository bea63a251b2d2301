import { parseResourceType } from '../vocabulary/names.js';
import type { ResourceType } from '../vocabulary/names.js';
import type { Slot } from '../vocabulary/slot.js';

/** The resource type in a row, which a projection took from an event. */
export function rowResourceType(text: string): ResourceType {
  const type = parseResourceType(text);
  if (type === undefined) throw new TypeError(`the read model holds an unknown resource type ${text}; rebuild it`);
  return type;
}

/** The slot of a row in a workspace. */
export function rowSlot(workspace: string, row: { readonly resource_type: string; readonly name: string }): Slot {
  return { workspace, resourceType: rowResourceType(row.resource_type), name: row.name };
}
