import { parseResourceType } from '../../vocabulary/names.js';
import type { Slot } from '../../vocabulary/slot.js';
import { ImageName, ResourceTypeName, WorkspaceName } from '../../http/field-rules.js';

/** Names the image a command is for. */
export class SlotDto {
  /** The workspace whose catalog holds the image. */
  @WorkspaceName()
  workspace!: string;

  /** agent, function (an MCP server), job or sandbox; the plural is accepted. */
  @ResourceTypeName()
  resourceType!: string;

  /** By the OCI grammar of repository names. */
  @ImageName()
  name!: string;
}

/** The slot a validated payload names. */
export function slotOf({ workspace, resourceType, name }: SlotDto): Slot {
  const type = parseResourceType(resourceType);
  if (type === undefined) throw new TypeError(`${resourceType} passed validation and is no resource type`);
  return { workspace, resourceType: type, name };
}
