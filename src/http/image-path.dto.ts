import { ImageNameOrTag, ResourceTypeName, TagName, WorkspaceName } from './field-rules.js';
import { invalidInput } from './refusal.js';
import { parseResourceType } from '../vocabulary/names.js';
import type { Slot } from '../vocabulary/slot.js';

/** `/images/{resourceType}/{imageName}` */
export class ImagePathDto {
  /** agent, function, job or sandbox; the plural is accepted. */
  @ResourceTypeName()
  resourceType!: string;

  /** The name; its slashes percent-encoded. Some routes take NAME:TAG. */
  @ImageNameOrTag()
  imageName!: string;
}

/** `/images/{resourceType}/{imageName}/tags/{tagName}` */
export class TagPathDto extends ImagePathDto {
  /** The name of the tag. */
  @TagName()
  tagName!: string;
}

/** `/images/{resourceType}/{imageName}/share/{targetWorkspace}` */
export class SharePathDto extends ImagePathDto {
  /** The workspace it is shared with, or was offered to. */
  @WorkspaceName()
  targetWorkspace!: string;
}

/** The slot and, when the path says NAME:TAG, the tag. */
export function imageAndTag(workspace: string, path: ImagePathDto): { readonly slot: Slot; readonly tag?: string } {
  const resourceType = parseResourceType(path.resourceType);
  if (resourceType === undefined) throw new TypeError(`${path.resourceType} passed validation and is no resource type`);
  const [name = '', tag] = path.imageName.split(':', 2);
  const slot = { workspace, resourceType, name };
  return tag === undefined ? { slot } : { slot, tag };
}

/** The slot of a route that is about whole images. @throws Refusal that names the tag when the path has one */
export function wholeImage(workspace: string, path: ImagePathDto, why: string): Slot {
  const { slot, tag } = imageAndTag(workspace, path);
  if (tag === undefined) return slot;
  throw invalidInput(
    'tag-not-allowed',
    `${path.resourceType}/${path.imageName} names the tag ${tag}, and ${why} Leave :${tag} out.`,
  );
}
