import { createHash } from 'node:crypto';
import type { ArchivedFile, ArchiveListing } from './archive-listing.js';
import { archivePath } from './archive-listing.js';
import type { ArchiveImage, ImageConfig } from './documents.js';
import { archiveManifestSchema, configSchema, parseDocument } from './documents.js';
import type { ImageContent, ReadOptions } from './image-content.js';
import { ImageFileError } from './image-file-error.js';
import { isNameOf } from './image-names.js';
import { mediaTypes } from './media-types.js';
import { formatPlatform, isPlatform, matchesPlatform } from './platform.js';
import { SizeLedger } from './size-ledger.js';

/**
 * Reads an image from the classic form of `docker save`: `manifest.json`, configs and layers, and no manifest of the
 * kind a registry knows. The digest is therefore made here: the SHA-256 of the OCI image manifest over the config and
 * the layers exactly as the archive has them, written as JSON without white space, fields in the order of the
 * specification. The same archive content always gives the same digest.
 *
 * @throws ImageFileError
 */
export function readClassicArchive(listing: ArchiveListing, options: ReadOptions): ImageContent {
  const { label } = listing;
  const image = chooseImage(archiveImages(listing), options.reference, label);
  const configFile = requireFile(listing, image.Config, 'the config');
  const config = readConfig(configFile, image.Config, label);
  const layers = image.Layers.map((path) => requireFile(listing, path, 'a layer'));
  checkLayers(layers, image, config, label);
  const platform = formatPlatform(config);
  checkPlatform(platform, options.platform, label);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, digest: configFile.digest, size: configFile.size },
    layers: layers.map(({ compression, digest, size }) => ({
      mediaType: compression === 'none' ? mediaTypes.ociLayer : `${mediaTypes.ociLayer}+${compression}`,
      digest,
      size,
    })),
  });
  const sizes = new SizeLedger(label);
  for (const part of [configFile, ...layers]) sizes.add(part);
  return {
    digest: `sha256:${createHash('sha256').update(manifest).digest('hex')}`,
    mediaType: mediaTypes.ociManifest,
    size: sizes.total(),
    platforms: platform === undefined ? [] : [platform],
    notes: [
      'the archive has no complete manifest; the digest is that of the OCI manifest over its config and its layers as ' +
        'they are in the archive. A registry that was given the layers compressed knows the image by another digest: ' +
        'push that one with --digest and --size',
    ],
  };
}

/** True when there is a `manifest.json` to read an image from. */
export function isClassicArchive(listing: ArchiveListing): boolean {
  return listing.find('manifest.json') !== undefined;
}

function archiveImages(listing: ArchiveListing): readonly ArchiveImage[] {
  const { label } = listing;
  const file = listing.find('manifest.json');
  if (file === undefined) {
    throw new ImageFileError(
      label,
      'is no image archive: it has neither index.json nor manifest.json',
      'write one with `docker save -o FILE IMAGE` (Docker 1.10 or later)',
    );
  }
  if (file.document === undefined) throw new ImageFileError(`${label} (manifest.json)`, 'is too large or not JSON');
  return parseDocument(archiveManifestSchema, file.document, `${label} (manifest.json)`);
}

function chooseImage(images: readonly ArchiveImage[], reference: string | undefined, label: string): ArchiveImage {
  const named =
    reference === undefined
      ? images
      : images.filter(({ RepoTags }) => RepoTags?.some((known) => isNameOf(known, reference)));
  const [first, second] = named;
  if (first !== undefined && second === undefined) return first;
  const choices = images.map(({ RepoTags, Config }) => RepoTags?.join(', ') ?? Config).join(', ');
  if (images.length === 0) throw new ImageFileError(label, 'holds no image');
  throw first === undefined
    ? new ImageFileError(label, `holds no image ${reference ?? ''}`.trimEnd(), `it holds: ${choices}`)
    : new ImageFileError(
        label,
        `holds ${String(named.length)} images`,
        `choose one by adding :REPOSITORY:TAG; it holds: ${choices}`,
      );
}

function requireFile(listing: ArchiveListing, name: string, role: string): ArchivedFile {
  const file = listing.find(archivePath(name, listing.label));
  if (file !== undefined) return file;
  throw new ImageFileError(
    `${listing.label} (${name})`,
    `is missing, though manifest.json names it as ${role}`,
    'export the image again, completely',
  );
}

function readConfig(file: ArchivedFile, name: string, label: string): ImageConfig {
  if (file.document === undefined) throw new ImageFileError(`${label} (${name})`, 'is too large or not JSON');
  const promised = /(?:^|\/|sha256:)([a-f0-9]{64})(?:\.json)?$/.exec(name)?.[1];
  if (promised !== undefined && file.digest !== `sha256:${promised}`) {
    throw new ImageFileError(
      `${label} (${name})`,
      `has the digest ${file.digest}, not the one it is named by`,
      'the archive is damaged or was tampered with: export the image again',
    );
  }
  return parseDocument(configSchema, file.document, `${label} (${name})`);
}

function checkLayers(layers: readonly ArchivedFile[], image: ArchiveImage, config: ImageConfig, label: string): void {
  const diffIds = config.rootfs?.diff_ids;
  if (diffIds === undefined || diffIds === null) return;
  if (diffIds.length !== layers.length) {
    throw new ImageFileError(
      `${label} (manifest.json)`,
      `lists ${String(layers.length)} layers, where the config of the image lists ${String(diffIds.length)}`,
      'export the image again',
    );
  }
  layers.forEach((layer, position) => {
    const expected = diffIds[position];
    // A compressed layer has another digest than its content, which is what the config names.
    if (layer.compression !== 'none' || layer.digest === expected) return;
    throw new ImageFileError(
      `${label} (${image.Layers[position] ?? ''})`,
      `has the digest ${layer.digest}, where the config of the image says ${expected ?? ''}`,
      'the archive is damaged or was tampered with: export the image again',
    );
  });
}

function checkPlatform(actual: string | undefined, wanted: string | undefined, label: string): void {
  if (actual !== undefined && !isPlatform(actual)) {
    throw new ImageFileError(label, `is for ${JSON.stringify(actual)}, which is no platform`);
  }
  if (wanted === undefined || (actual !== undefined && matchesPlatform(actual, wanted))) return;
  throw new ImageFileError(label, `has no manifest for ${wanted}`, `it is for ${actual ?? 'no platform it names'}`);
}
