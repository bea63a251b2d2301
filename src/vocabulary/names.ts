/**
 * The grammar of every name that crosses the edge. Repository names and tags follow the OCI
 * Distribution Specification 1.1 ("Pulling manifests"); digests the OCI Image Specification 1.1
 * ("Descriptors"), restricted to the two registered algorithms.
 */

/** The kinds of resource an image is for, singular. `function` is an MCP server, `job` a batch job. */
export const resourceTypes = ['agent', 'function', 'job', 'sandbox'] as const;
export type ResourceType = (typeof resourceTypes)[number];

const spellings: ReadonlyMap<string, ResourceType> = new Map([
  ['agent', 'agent'],
  ['agents', 'agent'],
  ['function', 'function'],
  ['functions', 'function'],
  ['job', 'job'],
  ['jobs', 'job'],
  ['sandbox', 'sandbox'],
  ['sandboxes', 'sandbox'],
]);

/** Every way to write a resource type, singular and plural. */
export const resourceTypeSpellings: readonly string[] = [...spellings.keys()];

/** The singular resource type for a singular or plural spelling. */
export function parseResourceType(text: string): ResourceType | undefined {
  return spellings.get(text);
}

export const workspacePattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
export const imageNamePattern = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
export const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
export const digestPattern = /^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** `os/architecture[/variant]`, as in the OCI image index. */
export const platformPattern = /^[a-z0-9_.-]{1,32}(\/[a-z0-9_.-]{1,32}){1,2}$/;
export const deploymentNamePattern = /^[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?$/;
/** `type/subtype` (RFC 6838). */
export const mediaTypePattern = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$/;
export const positionPattern = /^[0-9A-Za-z_-]{1,64}$/;

/** Leaves room for registry host and workspace within the 255 characters many clients allow. */
export const imageNameMaxLength = 180;

/** 1–63 characters of `a-z`, `0-9` and inner `-`. */
export function isWorkspaceName(text: string): boolean {
  return text.length <= 63 && workspacePattern.test(text);
}

export function isImageName(text: string): boolean {
  return text.length <= imageNameMaxLength && imageNamePattern.test(text);
}

export function isTag(text: string): boolean {
  return text.length <= 128 && tagPattern.test(text);
}

export function isDigest(text: string): boolean {
  return text.length <= 135 && digestPattern.test(text);
}
