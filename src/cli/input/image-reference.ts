import { UsageError } from '../cli-error.js';
import type { ResourceType } from '../../vocabulary/names.js';
import { isDigest, isImageName, isTag, parseResourceType, resourceTypes } from '../../vocabulary/names.js';

/** An image, and perhaps one version of it. */
export interface ImageReference {
  readonly resourceType: ResourceType;
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/**
 * Reads `TYPE/NAME[:TAG][@DIGEST]`; types may be plural.
 *
 * @throws UsageError naming the part at fault
 */
export function parseImageReference(text: string): ImageReference {
  const { rest: beforeDigest, suffix: digest } = cut(text, text.indexOf('@'));
  const colon = beforeDigest.lastIndexOf(':');
  const { rest: path, suffix: tag } = cut(beforeDigest, colon > beforeDigest.lastIndexOf('/') ? colon : -1);
  const slash = path.indexOf('/');
  if (slash < 0) throw fault(text, 'names no resource type', 'write it as TYPE/NAME, for example sandbox/my-template');
  const resourceType = parseResourceType(path.slice(0, slash));
  if (resourceType === undefined) {
    throw fault(
      text,
      `has the unknown type ${JSON.stringify(path.slice(0, slash))}`,
      `types are ${resourceTypes.join(', ')}`,
    );
  }
  const name = path.slice(slash + 1);
  if (!isImageName(name)) {
    throw fault(
      text,
      `has ${JSON.stringify(name)} for a name`,
      'names are lower case letters and digits, with . _ - and / between',
    );
  }
  if (tag !== undefined && !isTag(tag)) {
    throw fault(text, `has ${JSON.stringify(tag)} for a tag`, 'tags are up to 128 letters, digits, _ . and -');
  }
  if (digest !== undefined && !isDigest(digest)) {
    throw fault(text, `has ${JSON.stringify(digest)} for a digest`, 'digests are sha256: and 64 hexadecimal digits');
  }
  return { resourceType, name, tag, digest };
}

/**
 * An image as a whole.
 *
 * @param why what speaks against a tag or digest here, as a clause
 * @throws UsageError
 */
export function parseWholeImage(text: string, why: string): ImageReference {
  const reference = parseImageReference(text);
  const { tag, digest } = reference;
  if (tag === undefined && digest === undefined) return reference;
  const version = tag === undefined ? `@${digest ?? ''}` : `:${tag}`;
  throw new UsageError(`${text}: ${why}`, `leave out ${version} and write ${imageLabel(reference)}`);
}

/** An image with a tag. @throws UsageError */
export function parseTaggedImage(text: string): ImageReference & { readonly tag: string } {
  const reference = parseImageReference(text);
  const { tag, digest } = reference;
  if (tag === undefined) throw new UsageError(`${text}: names no tag`, `write ${imageLabel(reference)}:TAG`);
  if (digest !== undefined) throw new UsageError(`${text}: a digest has no place here`, 'write TYPE/NAME:TAG');
  return { ...reference, tag };
}

/** `TYPE/NAME` */
export function imageLabel({ resourceType, name }: Pick<ImageReference, 'resourceType' | 'name'>): string {
  return `${resourceType}/${name}`;
}

/** Where the API has an image. The whole name is one segment of the path. */
export function imagePath({ resourceType, name }: Pick<ImageReference, 'resourceType' | 'name'>): string {
  return `/images/${resourceType}/${encodeURIComponent(name)}`;
}

function cut(text: string, at: number): { readonly rest: string; readonly suffix: string | undefined } {
  return at < 0 ? { rest: text, suffix: undefined } : { rest: text.slice(0, at), suffix: text.slice(at + 1) };
}

function fault(text: string, what: string, remedy: string): UsageError {
  return new UsageError(`image ${JSON.stringify(text)} ${what}`, remedy);
}
