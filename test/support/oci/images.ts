import { gzipSync } from 'node:zlib';
import type { Blob, DescriptorJson } from './blobs.js';
import { describe, digestOf, makeBlob } from './blobs.js';
import { tarOf } from './tar.js';

const oci = 'application/vnd.oci.image';

/** Files of a layer by their path. */
export type LayerFiles = Readonly<Record<string, string>>;

/** An image for one platform, complete in memory. */
export interface BuiltImage {
  /** The manifest or index, which a tag points at. */
  readonly root: Blob;
  /** Everything the root refers to, directly or not, with the root itself. */
  readonly blobs: readonly Blob[];
  /** Bytes of configs and layers, each digest once. */
  readonly size: number;
  readonly platforms: readonly string[];
}

/** A {@link BuiltImage} of one manifest, with what the classic form of an archive needs. */
export interface BuiltManifest extends BuiltImage {
  readonly config: Blob;
  /** Compressed, as the manifest refers to them. */
  readonly layers: readonly Blob[];
  /** The same layers as plain tars. */
  readonly plainLayers: readonly Buffer[];
}

export interface ImagePlan {
  /** `os/architecture[/variant]`; `linux/amd64` if left out. */
  readonly platform?: string;
  /** One layer holding a short text if left out. */
  readonly layers?: readonly LayerFiles[];
  /** Makes one image differ from another without another layer. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A small image that any OCI tool accepts. The same plan gives the same digests. */
export async function buildImage(plan: ImagePlan = {}): Promise<BuiltManifest> {
  const platform = plan.platform ?? 'linux/amd64';
  const plainLayers = await Promise.all((plan.layers ?? [{ 'hello.txt': 'hello\n' }]).map(tarOf));
  const layers = plainLayers.map((tar) => makeBlob(`${oci}.layer.v1.tar+gzip`, gzipSync(tar, { level: 9 })));
  const config = makeBlob(`${oci}.config.v1+json`, {
    created: '2026-01-01T00:00:00Z',
    ...splitPlatform(platform),
    config: { Cmd: ['/hello'], ...(plan.labels !== undefined && { Labels: plan.labels }) },
    rootfs: { type: 'layers', diff_ids: plainLayers.map(digestOf) },
    history: plainLayers.map(() => ({ created: '2026-01-01T00:00:00Z', created_by: 'test' })),
  });
  const root = makeManifest(config, layers);
  const blobs = [root, config, ...layers];
  return { root, blobs, size: bytesOf([config, ...layers]), platforms: [platform], config, layers, plainLayers };
}

/** An index over images for several platforms; with attestations, one beside each, as BuildKit writes them. */
export function buildIndex(
  images: readonly BuiltManifest[],
  { attestations = false }: { readonly attestations?: boolean } = {},
): BuiltImage {
  const provenance = attestations ? images.map(buildAttestation) : [];
  const children: DescriptorJson[] = [
    ...images.map((image) => ({
      ...describe(image.root),
      platform: splitPlatform(image.platforms[0] ?? 'linux/amd64'),
    })),
    ...provenance.map(({ manifest, subject }) => ({
      ...describe(manifest.root),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': subject.root.digest,
      },
    })),
  ];
  const root = makeBlob(`${oci}.index.v1+json`, {
    schemaVersion: 2,
    mediaType: `${oci}.index.v1+json`,
    manifests: children,
  });
  const parts = [...images, ...provenance.map(({ manifest }) => manifest)];
  return {
    root,
    blobs: [root, ...parts.flatMap(({ blobs }) => blobs)],
    size: bytesOf(parts.flatMap(({ config, layers }) => [config, ...layers])),
    platforms: images.flatMap(({ platforms }) => platforms),
  };
}

function buildAttestation(subject: BuiltManifest): {
  readonly manifest: BuiltManifest;
  readonly subject: BuiltManifest;
} {
  const statement = makeBlob('application/vnd.in-toto+json', {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: [{ name: 'test', digest: { sha256: subject.root.digest.slice('sha256:'.length) } }],
  });
  const config = makeBlob(`${oci}.config.v1+json`, {
    architecture: 'unknown',
    os: 'unknown',
    config: {},
    rootfs: { type: 'layers', diff_ids: [statement.digest] },
  });
  const root = makeManifest(config, [statement]);
  return {
    subject,
    manifest: {
      root,
      blobs: [root, config, statement],
      size: bytesOf([config, statement]),
      platforms: [],
      config,
      layers: [statement],
      plainLayers: [statement.bytes],
    },
  };
}

function makeManifest(config: Blob, layers: readonly Blob[]): Blob {
  return makeBlob(`${oci}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${oci}.manifest.v1+json`,
    config: describe(config),
    layers: layers.map(describe),
  });
}

function bytesOf(blobs: readonly Blob[]): number {
  const distinct = new Map(blobs.map(({ digest, bytes }) => [digest, bytes.length]));
  return [...distinct.values()].reduce((sum, size) => sum + size, 0);
}

function splitPlatform(platform: string): { os: string; architecture: string; variant?: string } {
  const [os = '', architecture = '', variant] = platform.split('/');
  return { os, architecture, ...(variant !== undefined && { variant }) };
}
