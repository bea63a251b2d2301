import type { ResourceType } from './names.js';
import { isImageName, isWorkspaceName, resourceTypes } from './names.js';

/** The place `workspace/resourceType/name`: empty, holding an own image, or an image shared in. */
export interface Slot {
  readonly workspace: string;
  readonly resourceType: ResourceType;
  readonly name: string;
}

/** How the names of the streams of slots begin. */
export const imageCategory = 'image-';

/** The stream that holds the events of a slot. */
export function imageStream(slot: Slot): string {
  return `${imageCategory}${slot.workspace}/${slot.resourceType}/${slot.name}`;
}

/** The slot a stream belongs to; `undefined` for a stream of another kind. Image names may contain `/`. */
export function parseImageStream(stream: string): Slot | undefined {
  if (!stream.startsWith(imageCategory)) return undefined;
  const first = stream.indexOf('/', imageCategory.length);
  const second = stream.indexOf('/', first + 1);
  if (first < 0 || second < 0) return undefined;
  const workspace = stream.slice(imageCategory.length, first);
  const typeText = stream.slice(first + 1, second);
  const resourceType = resourceTypes.find((known) => known === typeText);
  const name = stream.slice(second + 1);
  if (resourceType === undefined || !isWorkspaceName(workspace) || !isImageName(name)) return undefined;
  return { workspace, resourceType, name };
}

/** The same image name and type in another workspace. */
export function slotIn(workspace: string, slot: Slot): Slot {
  return { workspace, resourceType: slot.resourceType, name: slot.name };
}

/** `workspace/resourceType/name`, for messages to people. */
export function slotLabel(slot: Slot): string {
  return `${slot.workspace}/${slot.resourceType}/${slot.name}`;
}
