const defaultRegistry = 'docker.io/';
const officialImages = 'library/';

/**
 * True when a name given by a person means an image that an archive calls `known`: the whole name, the short form that
 * Docker shows for it (`alpine:3.20` for `docker.io/library/alpine:3.20`), or its tag alone.
 */
export function isNameOf(known: string, wanted: string): boolean {
  const [knownShort, wantedShort] = [shorten(known), shorten(wanted)];
  return knownShort === wantedShort || tagOf(knownShort) === wanted;
}

function shorten(name: string): string {
  const withoutRegistry = name.startsWith(defaultRegistry) ? name.slice(defaultRegistry.length) : name;
  return withoutRegistry.startsWith(officialImages) ? withoutRegistry.slice(officialImages.length) : withoutRegistry;
}

function tagOf(name: string): string | undefined {
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(colon + 1) : undefined;
}
