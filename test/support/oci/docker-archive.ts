import type { BuiltManifest } from './images.js';
import type { NamedImage } from './layout.js';
import { blobFile, layoutFiles } from './layout.js';
import type { TarEntry } from './tar.js';
import { writeTar } from './tar.js';

/** An image of an archive with the names Docker knows it by. */
export interface TaggedImage {
  readonly image: BuiltManifest;
  /** `repository:tag` */
  readonly repoTags?: readonly string[];
}

/** The entries of what `docker save` of Docker 1.10 to 24 writes: layers as plain tars, `manifest.json` at the end. */
export function classicArchiveEntries(images: readonly TaggedImage[]): readonly TarEntry[] {
  const entries: TarEntry[] = [];
  const manifest = images.map(({ image, repoTags }) => {
    const config = `${hexOf(image.config.digest)}.json`;
    entries.push({ header: { name: config }, content: image.config.bytes });
    const layers = image.plainLayers.map((tar, position) => {
      const directory = hexOf(image.layers[position]?.digest ?? '');
      const isThere = entries.some(({ header }) => header.name === `${directory}/layer.tar`);
      if (!isThere) {
        entries.push({ header: { name: `${directory}/`, type: 'directory' } });
        entries.push({ header: { name: `${directory}/layer.tar` }, content: tar });
      }
      return `${directory}/layer.tar`;
    });
    return { Config: config, RepoTags: repoTags ?? null, Layers: layers };
  });
  entries.push({ header: { name: 'manifest.json' }, content: JSON.stringify(manifest) });
  return entries;
}

export async function writeClassicArchive(file: string, images: readonly TaggedImage[]): Promise<void> {
  await writeTar(file, classicArchiveEntries(images));
}

/** The entries of an OCI image layout packed as a tar, with the `manifest.json` that Docker adds. */
export function layoutArchiveEntries(
  images: readonly NamedImage[],
  compatible: readonly TaggedImage[] = [],
): readonly TarEntry[] {
  const files = [...layoutFiles(images)].map(([name, content]) => ({ header: { name }, content }));
  if (compatible.length === 0) return files;
  const manifest = compatible.map(({ image, repoTags }) => ({
    Config: blobFile(image.config.digest),
    RepoTags: repoTags ?? null,
    Layers: image.layers.map(({ digest }) => blobFile(digest)),
  }));
  return [...files, { header: { name: 'manifest.json' }, content: JSON.stringify(manifest) }];
}

/** Writes what `docker save` of a current Docker and `docker buildx build --output type=oci` write. */
export async function writeLayoutArchive(
  file: string,
  images: readonly NamedImage[],
  compatible: readonly TaggedImage[] = [],
): Promise<void> {
  await writeTar(file, layoutArchiveEntries(images, compatible));
}

function hexOf(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1);
}
