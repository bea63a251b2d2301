import { isImageName, parseResourceType } from '../../vocabulary/names.js';
import type { ResourceType } from '../../vocabulary/names.js';

/** The last image of a page: the next one begins after it. */
export interface ImageCursor {
  readonly resourceType: ResourceType;
  readonly name: string;
}

/** The opaque form given to clients. */
export function writeImageCursor({ resourceType, name }: ImageCursor): string {
  return Buffer.from(`${resourceType}/${name}`).toString('base64url');
}

/** The cursor a client sent back; `undefined` for a text that was never given out. */
export function parseImageCursor(text: string): ImageCursor | undefined {
  const plain = Buffer.from(text, 'base64url').toString();
  const slash = plain.indexOf('/');
  const resourceType = parseResourceType(plain.slice(0, slash));
  const name = plain.slice(slash + 1);
  if (resourceType === undefined || !isImageName(name)) return undefined;
  const cursor = { resourceType, name };
  return writeImageCursor(cursor) === text ? cursor : undefined;
}
