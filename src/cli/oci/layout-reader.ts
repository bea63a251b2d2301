import type { Descriptor, ImageManifest } from './documents.js';
import { indexSchema, layoutMarkerSchema, parseDocument } from './documents.js';
import type { ImageContent, ReadOptions } from './image-content.js';
import { ImageFileError, IncompleteManifestError } from './image-file-error.js';
import { LayoutDocuments } from './layout-documents.js';
import type { LayoutFiles } from './layout-files.js';
import { blobPath } from './layout-files.js';
import { declaredPlatform, selectImage } from './layout-selection.js';
import { documentKind, isImageConfig, isNonDistributable } from './media-types.js';
import { formatPlatform, isPlatform, matchesPlatform } from './platform.js';
import { SizeLedger } from './size-ledger.js';

/** An index may hold an index; deeper than this, none made by a builder does. */
const maximumDepth = 4;

/** A manifest somewhere below the chosen image. */
interface Leaf {
  readonly descriptor: Descriptor;
  readonly manifest: ImageManifest;
  /** `undefined` for attestations and artifacts. */
  readonly platform: string | undefined;
}

/**
 * Reads one image of an OCI image layout: what is needed to push it as a tag. Every manifest, index and config is
 * verified against its digest; layers must be there with the size they should have.
 *
 * @throws ImageFileError
 */
export async function readLayout(files: LayoutFiles, options: ReadOptions): Promise<ImageContent> {
  await checkMarker(files);
  const bytes = await files.read('index.json');
  if (bytes === undefined) {
    throw new ImageFileError(files.label('index.json'), 'is missing', 'export the image again, completely');
  }
  const { manifests } = parseDocument(indexSchema, bytes, files.label('index.json'));
  return new ImageReader(files, options).summarize(selectImage(manifests, options, files.label()));
}

async function checkMarker(files: LayoutFiles): Promise<void> {
  const bytes = await files.read('oci-layout');
  if (bytes === undefined) {
    throw new ImageFileError(
      files.label(),
      'is no OCI image layout: it has no file oci-layout',
      'write one with `skopeo copy SOURCE oci:DIR:TAG` or `docker buildx build --output type=oci,tar=false,dest=DIR`',
    );
  }
  const { imageLayoutVersion } = parseDocument(layoutMarkerSchema, bytes, files.label('oci-layout'));
  if (!/^1\.\d+\.\d+$/.test(imageLayoutVersion)) {
    throw new ImageFileError(files.label('oci-layout'), `has version ${imageLayoutVersion}, where 1.x is understood`);
  }
}

class ImageReader {
  private readonly documents: LayoutDocuments;
  private readonly checked = new Set<string>();

  constructor(
    private readonly files: LayoutFiles,
    private readonly options: ReadOptions,
  ) {
    this.documents = new LayoutDocuments(files);
  }

  async summarize(chosen: Descriptor): Promise<ImageContent> {
    const root = this.options.platform === undefined ? chosen : await this.findPlatform(chosen, this.options.platform);
    const leaves = await this.leaves(root, 0);
    const sizes = new SizeLedger(this.files.label());
    for (const { manifest } of leaves) {
      for (const part of [manifest.config, ...manifest.layers]) {
        await this.checkPart(part);
        sizes.add(part);
      }
    }
    const platforms = leaves.flatMap(({ platform }) => platform ?? []);
    return {
      digest: root.digest,
      mediaType: root.mediaType,
      size: sizes.total(),
      platforms: [...new Set(platforms)],
      notes: [],
    };
  }

  private async leaves(descriptor: Descriptor, depth: number): Promise<readonly Leaf[]> {
    if (this.kindOf(descriptor) === 'manifest') return [await this.leaf(descriptor)];
    if (depth >= maximumDepth) {
      throw new ImageFileError(this.files.label(blobPath(descriptor.digest)), 'is an index too deep inside others');
    }
    const { manifests } = await this.documents.index(descriptor);
    if (manifests.length === 0) {
      throw new ImageFileError(this.files.label(blobPath(descriptor.digest)), 'is an index of nothing');
    }
    await this.requireAll(manifests);
    const found: Leaf[] = [];
    for (const child of manifests) found.push(...(await this.leaves(child, depth + 1)));
    return found;
  }

  /** Builders often save an index whole and only the manifests of one platform, which deserves its own remedy. */
  private async requireAll(children: readonly Descriptor[]): Promise<void> {
    for (const child of children) {
      if (await this.documents.has(child)) continue;
      const platform = declaredPlatform(child);
      throw new ImageFileError(
        this.files.label(blobPath(child.digest)),
        `is missing, though the index names it${platform === undefined ? '' : ` for ${platform}`}`,
        'export the image with all its platforms, or push one that is there with --platform OS/ARCHITECTURE',
      );
    }
  }

  private async leaf(descriptor: Descriptor): Promise<Leaf> {
    const manifest = await this.documents.manifest(descriptor);
    if (isAttestation(descriptor) || !isImageConfig(manifest.config.mediaType)) {
      return { descriptor, manifest, platform: undefined };
    }
    const config = await this.documents.config(manifest.config);
    const expected = config.rootfs?.diff_ids?.length;
    if (expected !== undefined && expected !== manifest.layers.length) {
      throw new IncompleteManifestError(
        this.files.label(blobPath(descriptor.digest)),
        `lists ${String(manifest.layers.length)} layers, where the image has ${String(expected)}`,
      );
    }
    const platform = declaredPlatform(descriptor) ?? formatPlatform(config);
    if (platform !== undefined && !isPlatform(platform)) {
      throw new ImageFileError(
        this.files.label(blobPath(descriptor.digest)),
        `is for ${JSON.stringify(platform)}, which is no platform`,
      );
    }
    return { descriptor, manifest, platform };
  }

  private async findPlatform(descriptor: Descriptor, wanted: string): Promise<Descriptor> {
    const candidates = await this.manifestsBelow(descriptor, 0);
    const matching: Descriptor[] = [];
    const others = new Set<string>();
    for (const candidate of candidates) {
      if (isAttestation(candidate)) continue;
      const platform =
        declaredPlatform(candidate) ??
        ((await this.documents.has(candidate)) ? (await this.leaf(candidate)).platform : undefined);
      if (platform === undefined) continue;
      if (matchesPlatform(platform, wanted)) matching.push(candidate);
      else others.add(platform);
    }
    const [first, second] = matching;
    if (first !== undefined && second === undefined) return first;
    throw first === undefined
      ? new ImageFileError(
          this.files.label(),
          `has no manifest for ${wanted}`,
          `it has ${others.size === 0 ? 'no platforms' : [...others].join(', ')}`,
        )
      : new ImageFileError(this.files.label(), `has several manifests for ${wanted}`, 'name the variant as well');
  }

  private async manifestsBelow(descriptor: Descriptor, depth: number): Promise<readonly Descriptor[]> {
    if (this.kindOf(descriptor) === 'manifest') return [descriptor];
    // Whole platforms may be absent from an export; what is there can still be pushed.
    if (depth >= maximumDepth || !(await this.documents.has(descriptor))) return [];
    const { manifests } = await this.documents.index(descriptor);
    const found: Descriptor[] = [];
    for (const child of manifests) found.push(...(await this.manifestsBelow(child, depth + 1)));
    return found;
  }

  private kindOf(descriptor: Descriptor): 'index' | 'manifest' {
    const kind = documentKind(descriptor.mediaType);
    if (kind !== undefined) return kind;
    throw new ImageFileError(
      this.files.label(blobPath(descriptor.digest)),
      `is of media type ${JSON.stringify(descriptor.mediaType)}, which is no image manifest or index`,
      'convert the image with `skopeo copy --format oci`',
    );
  }

  private async checkPart(part: Descriptor): Promise<void> {
    if (this.checked.has(part.digest)) return;
    this.checked.add(part.digest);
    const isElsewhere = isNonDistributable(part.mediaType) || (part.urls?.length ?? 0) > 0;
    if (isElsewhere && !(await this.documents.has(part))) return;
    await this.documents.check(part, this.options.verifyLayers ?? false);
  }
}

/** Builders put provenance beside the platforms of an index, under the platform `unknown/unknown`. */
function isAttestation({ platform, annotations }: Descriptor): boolean {
  return (
    annotations?.['vnd.docker.reference.type'] === 'attestation-manifest' ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  );
}
