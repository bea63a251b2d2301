import { isDigest, isImageName, isTag, parseResourceType } from './names.js';
import type { ResourceType } from './names.js';

/** An image of a catalog, and which of its contents is meant. */
export interface ImageReference {
  readonly resourceType: ResourceType;
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Reads `TYPE/NAME`, `TYPE/NAME:TAG` or `TYPE/NAME@DIGEST`; `undefined` for anything else. */
export function parseImageReference(text: string): ImageReference | undefined {
  const slash = text.indexOf('/');
  const resourceType = slash < 0 ? undefined : parseResourceType(text.slice(0, slash));
  if (resourceType === undefined) return undefined;
  const rest = text.slice(slash + 1);
  const at = rest.indexOf('@');
  if (at >= 0) {
    const name = rest.slice(0, at);
    const digest = rest.slice(at + 1);
    return isImageName(name) && isDigest(digest) ? { resourceType, name, digest } : undefined;
  }
  const colon = rest.indexOf(':');
  if (colon < 0) return isImageName(rest) ? { resourceType, name: rest } : undefined;
  const name = rest.slice(0, colon);
  const tag = rest.slice(colon + 1);
  return isImageName(name) && isTag(tag) ? { resourceType, name, tag } : undefined;
}
