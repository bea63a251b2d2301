import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOciLayout } from '../../../../src/cli/oci/oci-layout.js';
import type { BuiltImage } from '../../../support/oci/index.js';
import {
  blobFile,
  buildImage,
  buildIndex,
  describeBlob,
  layoutFiles,
  makeBlob,
  writeOciLayout,
} from '../../../support/oci/index.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tagalong-layout-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** The layout's file of a digest. */
function blobAt(digest: string): string {
  return join(directory, blobFile(digest));
}

/** A layout whose one image is this document, with whatever else is given beside it. */
function imageOf(root: BuiltImage['root'], others: BuiltImage['blobs'] = []): BuiltImage {
  return { root, blobs: [root, ...others], size: 0, platforms: [] };
}

describe('an image for one platform', () => {
  it('gives the digest of its manifest, the bytes of config and layers, and the platform of its config', async () => {
    const image = await buildImage({ platform: 'linux/arm64/v8', layers: [{ a: 'one' }, { b: 'two' }] });
    await writeOciLayout(directory, [{ image, reference: 'v1' }]);
    const config = image.config.bytes.length;
    const layers = image.layers.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(await readOciLayout(directory, {})).toEqual({
      digest: image.root.digest,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      size: config + layers,
      platforms: ['linux/arm64/v8'],
      notes: [],
    });
  });

  it('counts a layer that occurs twice once', async () => {
    const [once, twice] = [
      await buildImage({ layers: [{ a: 'same' }] }),
      await buildImage({ layers: [{ a: 'same' }, { a: 'same' }] }),
    ];
    await writeOciLayout(directory, [{ image: twice }]);
    const { size } = await readOciLayout(directory, {});
    expect(size - twice.config.bytes.length).toBe(once.layers[0]?.bytes.length);
  });

  it('has no platform when it is an artifact rather than an image to run', async () => {
    const config = makeBlob('application/vnd.oci.empty.v1+json', {});
    const layer = makeBlob('application/vnd.example.chart', Buffer.from('a chart'));
    const root = makeBlob('application/vnd.oci.image.manifest.v1+json', {
      schemaVersion: 2,
      artifactType: 'application/vnd.example',
      config: describeBlob(config),
      layers: [describeBlob(layer)],
    });
    await writeOciLayout(directory, [{ image: imageOf(root, [config, layer]) }]);
    expect(await readOciLayout(directory, {})).toMatchObject({ platforms: [], size: 2 + 'a chart'.length });
  });

  it('may leave out layers that are fetched from elsewhere, and counts them', async () => {
    const base = await buildImage();
    const foreign = {
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      digest: `sha256:${'f'.repeat(64)}`,
      size: 5_000,
      urls: ['https://example.com/layer'],
    };
    const config = makeBlob('application/vnd.oci.image.config.v1+json', { os: 'windows', architecture: 'amd64' });
    const root = makeBlob('application/vnd.docker.distribution.manifest.v2+json', {
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: describeBlob(config),
      layers: [foreign, ...base.layers.map(describeBlob)],
    });
    await writeOciLayout(directory, [{ image: imageOf(root, [config, ...base.layers]) }]);
    const expected = 5_000 + config.bytes.length + (base.layers[0]?.bytes.length ?? 0);
    expect(await readOciLayout(directory, {})).toMatchObject({ platforms: ['windows/amd64'], size: expected });
  });
});

describe('an index', () => {
  it('gives its own digest, every platform but the attestations, and each stored byte once', async () => {
    const shared = { base: 'a layer both platforms have' };
    const amd64 = await buildImage({ platform: 'linux/amd64', layers: [shared, { bin: 'amd64' }] });
    const arm64 = await buildImage({ platform: 'linux/arm64', layers: [shared, { bin: 'arm64' }] });
    const plain = buildIndex([amd64, arm64]);
    const index = buildIndex([amd64, arm64], { attestations: true });
    await writeOciLayout(directory, [{ image: index, reference: 'v1' }]);
    const content = await readOciLayout(directory, {});
    expect(content).toMatchObject({ digest: index.root.digest, platforms: ['linux/amd64', 'linux/arm64'] });
    expect(content.size).toBe(index.size);
    expect(plain.size).toBe(amd64.size + arm64.size - (amd64.layers[0]?.bytes.length ?? 0));
    expect(content.size).toBeGreaterThan(plain.size);
  });

  it('takes the platform from the config where the index does not say it', async () => {
    const image = await buildImage({ platform: 'linux/riscv64' });
    const root = makeBlob('application/vnd.oci.image.index.v1+json', {
      schemaVersion: 2,
      manifests: [describeBlob(image.root)],
    });
    await writeOciLayout(directory, [{ image: imageOf(root, image.blobs) }]);
    expect(await readOciLayout(directory, {})).toMatchObject({ platforms: ['linux/riscv64'] });
  });

  it('may hold another index', async () => {
    const index = buildIndex([await buildImage(), await buildImage({ platform: 'linux/s390x' })]);
    const outer = makeBlob('application/vnd.oci.image.index.v1+json', {
      schemaVersion: 2,
      manifests: [describeBlob(index.root)],
    });
    await writeOciLayout(directory, [{ image: imageOf(outer, index.blobs) }]);
    expect(await readOciLayout(directory, {})).toMatchObject({
      digest: outer.digest,
      platforms: ['linux/amd64', 'linux/s390x'],
      size: index.size,
    });
  });

  it('is refused when indexes are nested beyond any that a builder makes', async () => {
    const image = await buildImage();
    const blobs = [...image.blobs];
    let root = image.root;
    for (let depth = 0; depth < 6; depth++) {
      root = makeBlob('application/vnd.oci.image.index.v1+json', {
        schemaVersion: 2,
        manifests: [describeBlob(root)],
      });
      blobs.push(root);
    }
    await writeOciLayout(directory, [{ image: imageOf(root, blobs) }]);
    await expect(readOciLayout(directory, {})).rejects.toThrow('is an index too deep inside others');
  });

  it('gives the manifest of one platform when asked for it', async () => {
    const arm64 = await buildImage({ platform: 'linux/arm64/v8' });
    const index = buildIndex([await buildImage(), arm64], { attestations: true });
    await writeOciLayout(directory, [{ image: index }]);
    expect(await readOciLayout(directory, { platform: 'linux/arm64' })).toMatchObject({
      digest: arm64.root.digest,
      size: arm64.size,
      platforms: ['linux/arm64/v8'],
    });
    await expect(readOciLayout(directory, { platform: 'linux/ppc64le' })).rejects.toThrow(
      'has no manifest for linux/ppc64le; it has linux/amd64, linux/arm64/v8',
    );
  });

  it('names a platform that was not exported, and lets the others be pushed alone', async () => {
    const [amd64, arm64] = [await buildImage(), await buildImage({ platform: 'linux/arm64' })];
    await writeOciLayout(directory, [{ image: buildIndex([amd64, arm64]) }]);
    await rm(blobAt(arm64.root.digest));
    await expect(readOciLayout(directory, {})).rejects.toThrow(
      `${blobAt(arm64.root.digest)}: is missing, though the index names it for linux/arm64; ` +
        'export the image with all its platforms, or push one that is there with --platform',
    );
    expect(await readOciLayout(directory, { platform: 'linux/amd64' })).toMatchObject({ digest: amd64.root.digest });
  });
});

describe('a layout of several images', () => {
  it('gives the one that is named, by reference, by the name containerd wrote, or by digest', async () => {
    const [one, two] = [await buildImage({ labels: { n: '1' } }), await buildImage({ labels: { n: '2' } })];
    const annotations = { 'io.containerd.image.name': 'docker.io/library/demo:two' };
    await writeOciLayout(directory, [
      { image: one, reference: 'one' },
      { image: two, annotations },
    ]);
    const read = async (reference: string) => (await readOciLayout(`${directory}:${reference}`, {})).digest;
    expect(await read('one')).toBe(one.root.digest);
    expect(await read('docker.io/library/demo:two')).toBe(two.root.digest);
    expect(await read('demo:two')).toBe(two.root.digest);
    expect(await read(two.root.digest)).toBe(two.root.digest);
  });

  it('lists the names when none or a wrong one is given', async () => {
    await writeOciLayout(directory, [
      { image: await buildImage({ labels: { n: '1' } }), reference: 'one' },
      { image: await buildImage({ labels: { n: '2' } }), reference: 'two' },
    ]);
    await expect(readOciLayout(directory, {})).rejects.toThrow(
      `${directory}: holds 2 images; choose one by adding :NAME or :DIGEST, or by --platform; it holds: one, two`,
    );
    await expect(readOciLayout(`${directory}:three`, {})).rejects.toThrow('holds no image three; it holds: one, two');
  });

  it('takes the same image under two names for one', async () => {
    const image = await buildImage();
    await writeOciLayout(directory, [
      { image, reference: 'v1' },
      { image, reference: 'latest' },
    ]);
    expect(await readOciLayout(directory, {})).toMatchObject({ digest: image.root.digest });
  });

  it('tells images of one name apart by platform', async () => {
    const [amd64, arm64] = [await buildImage(), await buildImage({ platform: 'linux/arm64' })];
    await writeOciLayout(directory, []);
    const manifests = [amd64, arm64].map(({ root, platforms }) => {
      const [os, architecture] = (platforms[0] ?? '').split('/');
      const annotations = { 'org.opencontainers.image.ref.name': 'v1' };
      return { ...describeBlob(root), platform: { os, architecture }, annotations };
    });
    for (const [path, bytes] of layoutFiles([{ image: amd64 }, { image: arm64 }])) {
      await mkdir(join(directory, path, '..'), { recursive: true });
      await writeFile(join(directory, path), bytes);
    }
    await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
    expect(await readOciLayout(`${directory}:v1`, { platform: 'linux/arm64' })).toMatchObject({
      digest: arm64.root.digest,
    });
    await expect(readOciLayout(`${directory}:v1`, {})).rejects.toThrow('holds 2 images named v1');
  });

  it('works from a directory with a colon in its name', async () => {
    const image = await buildImage();
    const odd = join(directory, 'a:b');
    await writeOciLayout(odd, [{ image, reference: 'v1' }]);
    expect(await readOciLayout(odd, {})).toMatchObject({ digest: image.root.digest });
    expect(await readOciLayout(`${odd}:v1`, {})).toMatchObject({ digest: image.root.digest });
  });
});

describe('what is no layout', () => {
  it.each([
    ['nothing', async () => rm(join(directory, 'oci-layout')), 'is no OCI image layout: it has no file oci-layout'],
    ['an unknown version', async () => put('oci-layout', '{"imageLayoutVersion":"2.0.0"}'), 'has version 2.0.0'],
    ['no index', async () => rm(join(directory, 'index.json')), 'index.json: is missing'],
    ['an index that is no JSON', async () => put('index.json', '{"schemaVersion":2,'), 'index.json: is not valid JSON'],
    ['an index of bytes', async () => put('index.json', Buffer.from([0xff, 0xfe])), 'index.json: is not valid JSON'],
    ['an empty index', async () => put('index.json', '{"schemaVersion":2,"manifests":[]}'), 'holds no image'],
    ['an index without its list', async () => put('index.json', '{"schemaVersion":2}'), 'index.json: manifests:'],
    [
      'an index beyond all limits',
      async () => put('index.json', ' '.repeat(4_194_305)),
      'index.json: has 4194305 bytes',
    ],
  ])('%s is refused by a message that names the file', async (_, damage, message) => {
    await writeOciLayout(directory, [{ image: await buildImage() }]);
    await damage();
    await expect(readOciLayout(directory, {})).rejects.toThrow(message);
  });

  it('a directory that is not there, and a file in its place', async () => {
    await expect(readOciLayout(join(directory, 'nowhere'), {})).rejects.toThrow('there is no such directory');
    await put('file.tar', 'x');
    await expect(readOciLayout(join(directory, 'file.tar'), {})).rejects.toThrow(
      'a layout packed as a tar is read with --docker-archive',
    );
  });

  async function put(name: string, content: string | Buffer): Promise<void> {
    await writeFile(join(directory, name), content);
  }
});

describe('a layout that lies', () => {
  it('about the content of a manifest', async () => {
    const image = await buildImage();
    await writeOciLayout(directory, [{ image }]);
    const altered = image.root.bytes.toString().replace('"schemaVersion":2', '"schemaVersion": 2').replace('",', '",');
    await writeFile(blobAt(image.root.digest), altered.slice(0, image.root.bytes.length));
    await expect(readOciLayout(directory, {})).rejects.toThrow('not the one it is named by');
  });

  it('about the size of a layer, and about one that is missing', async () => {
    const image = await buildImage();
    await writeOciLayout(directory, [{ image }]);
    const layer = blobAt(image.layers[0]?.digest ?? '');
    await writeFile(layer, 'short');
    await expect(readOciLayout(directory, {})).rejects.toThrow(`${layer}: has 5 bytes, where the image says`);
    await rm(layer);
    await expect(readOciLayout(directory, {})).rejects.toThrow(`${layer}: is missing, though the image refers to it`);
  });

  it('about the content of a layer, when asked to verify layers', async () => {
    const image = await buildImage();
    await writeOciLayout(directory, [{ image }]);
    const layer = image.layers[0];
    await writeFile(blobAt(layer?.digest ?? ''), Buffer.alloc(layer?.bytes.length ?? 0));
    await expect(readOciLayout(directory, { verifyLayers: true })).rejects.toThrow('not the one it is named by');
    expect(await readOciLayout(directory, {})).toMatchObject({ digest: image.root.digest });
  });

  it('about what a document is', async () => {
    const image = await buildImage();
    const both = makeBlob('application/vnd.oci.image.manifest.v1+json', {
      ...(JSON.parse(image.root.bytes.toString()) as object),
      manifests: [],
    });
    await writeOciLayout(directory, [{ image: imageOf(both, image.blobs) }]);
    await expect(readOciLayout(directory, {})).rejects.toThrow('manifests: does not belong in a manifest');
    const disguised = { ...image.root, mediaType: 'application/vnd.oci.image.index.v1+json' };
    await writeOciLayout(directory, [{ image: imageOf(disguised, image.blobs) }]);
    await expect(readOciLayout(directory, {})).rejects.toThrow(/manifests: |calls itself/);
    const unknown = { ...image.root, mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' };
    await writeOciLayout(directory, [{ image: imageOf(unknown, image.blobs) }]);
    await expect(readOciLayout(directory, {})).rejects.toThrow('which is no image manifest or index');
  });

  it('about how many layers there are', async () => {
    const image = await buildImage({ layers: [{ a: '1' }, { b: '2' }] });
    const fewer = makeBlob('application/vnd.oci.image.manifest.v1+json', {
      schemaVersion: 2,
      config: describeBlob(image.config),
      layers: image.layers.slice(0, 1).map(describeBlob),
    });
    await writeOciLayout(directory, [{ image: imageOf(fewer, image.blobs) }]);
    await expect(readOciLayout(directory, {})).rejects.toThrow('lists 1 layers, where the image has 2');
  });

  it.each([
    ['a digest that is a path', { digest: 'sha256:../../../etc/passwd' }, 'digest'],
    ['a negative size', { size: -1 }, 'size'],
    ['a size with a fraction', { size: 1.5 }, 'size'],
    ['a size beyond exact numbers', { size: 2 ** 60 }, 'size'],
    ['a document of 5 GB', { size: 5e9 }, 'too many for a document'],
  ])('with %s', async (_, lie, message) => {
    const image = await buildImage();
    await writeOciLayout(directory, [{ image }]);
    const manifests = [{ ...describeBlob(image.root), ...lie }];
    await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
    await expect(readOciLayout(directory, {})).rejects.toThrow(message);
  });

  it('with two sizes for one digest, or more bytes than can be counted', async () => {
    const image = await buildImage();
    const layer = {
      mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar',
      digest: `sha256:${'a'.repeat(64)}`,
    };
    const config = makeBlob('application/vnd.oci.image.config.v1+json', { os: 'linux', architecture: 'amd64' });
    const manifest = (sizes: readonly { digest: string; size: number }[]) =>
      imageOf(
        makeBlob('application/vnd.oci.image.manifest.v1+json', {
          schemaVersion: 2,
          config: describeBlob(config),
          layers: sizes.map((own) => ({ ...layer, ...own })),
        }),
        [config, ...image.blobs],
      );
    const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
    const twoSizes = [
      { digest: digest('a'), size: 1 },
      { digest: digest('a'), size: 2 },
    ];
    await writeOciLayout(directory, [{ image: manifest(twoSizes) }]);
    await expect(readOciLayout(directory, {})).rejects.toThrow('gives two sizes for sha256:aaaa');
    const huge = ['a', 'b'].map((letter) => ({ digest: digest(letter), size: Number.MAX_SAFE_INTEGER }));
    await writeOciLayout(directory, [{ image: manifest(huge) }]);
    await expect(readOciLayout(directory, {})).rejects.toThrow('claims more bytes than can be counted');
  });

  it('with a platform that is none', async () => {
    const image = await buildImage({ platform: 'linux/amd64\u001b[31m' });
    await writeOciLayout(directory, [{ image }]);
    await expect(readOciLayout(directory, {})).rejects.toThrow('which is no platform');
  });

  it('with a link out of the layout; links inside it are followed', async () => {
    const image = await buildImage();
    const outside = await mkdtemp(join(tmpdir(), 'tagalong-outside-'));
    await writeOciLayout(directory, [{ image }]);
    const layer = blobAt(image.layers[0]?.digest ?? '');
    await cp(layer, join(outside, 'layer'));
    await rm(layer);
    await symlink(join(outside, 'layer'), layer);
    await expect(readOciLayout(directory, {})).rejects.toThrow(
      `${layer}: is a link that leads out of the layout; copy the layout with its links resolved (cp -rL ${directory} COPY)`,
    );
    await cp(join(outside, 'layer'), join(directory, 'kept-here'));
    await rm(layer);
    await symlink('../../kept-here', layer);
    expect(await readOciLayout(directory, {})).toMatchObject({ digest: image.root.digest });
    await rm(outside, { recursive: true });
  });

  it('with a pipe or a directory in place of a file', async () => {
    const image = await buildImage();
    await writeOciLayout(directory, [{ image }]);
    const layer = blobAt(image.layers[0]?.digest ?? '');
    await rm(layer);
    execFileSync('mkfifo', [layer]);
    await expect(readOciLayout(directory, { verifyLayers: true })).rejects.toThrow('is not a regular file');
    await rm(layer);
    await mkdir(layer);
    await expect(readOciLayout(directory, {})).rejects.toThrow('is not a regular file');
  });
});

it('reads the layouts that the builders of this test write deterministically', async () => {
  const image = await buildImage({ layers: [{ a: '1' }] });
  expect(image.root.digest).toBe((await buildImage({ layers: [{ a: '1' }] })).root.digest);
  await writeOciLayout(directory, [{ image }]);
  expect(await readFile(blobAt(image.root.digest))).toEqual(image.root.bytes);
});
