import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDockerArchive } from '../../../../src/cli/oci/docker-archive.js';
import type { TarEntry } from '../../../support/oci/index.js';
import {
  blobFile,
  buildImage,
  buildIndex,
  classicArchiveEntries,
  describeBlob,
  digestOf,
  layoutArchiveEntries,
  makeBlob,
  tarHeader,
  tarOfEntries,
  writeClassicArchive,
  writeLayoutArchive,
  writeTar,
} from '../../../support/oci/index.js';

let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tagalong-archive-'));
  file = join(directory, 'image.tar');
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function* nothing(): AsyncIterable<Uint8Array> {
  // No bytes.
}

const read = (location: string, platform?: string) => readDockerArchive(location, { platform }, nothing());

describe('a layout packed as a tar, as a current Docker saves it', () => {
  it('gives what the layout says', async () => {
    const image = await buildImage();
    await writeLayoutArchive(file, [{ image, reference: 'v1' }], [{ image, repoTags: ['demo:v1'] }]);
    expect(await read(file)).toEqual({
      digest: image.root.digest,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      size: image.size,
      platforms: ['linux/amd64'],
      notes: [],
    });
  });

  it('gives an index with its platforms, or one of them', async () => {
    const arm64 = await buildImage({ platform: 'linux/arm64' });
    const index = buildIndex([await buildImage(), arm64], { attestations: true });
    await writeLayoutArchive(file, [{ image: index, reference: 'v1' }]);
    expect(await read(`${file}:v1`)).toMatchObject({
      digest: index.root.digest,
      size: index.size,
      platforms: ['linux/amd64', 'linux/arm64'],
    });
    expect(await read(file, 'linux/arm64')).toMatchObject({ digest: arm64.root.digest });
  });

  it('is hashed on the way, layers too', async () => {
    const image = await buildImage();
    const layer = image.layers[0];
    const entries = layoutArchiveEntries([{ image }]).map((entry) =>
      entry.header.name === blobFile(layer?.digest ?? '')
        ? { ...entry, content: Buffer.alloc(layer?.bytes.length ?? 0) }
        : entry,
    );
    await writeTar(file, entries);
    await expect(read(file)).rejects.toThrow(`${file} (${blobFile(layer?.digest ?? '')}): has the digest`);
  });

  it('falls back to manifest.json where Docker left the layers out of the manifest', async () => {
    const image = await buildImage({ layers: [{ a: '1' }, { b: '2' }] });
    const hollow = makeBlob('application/vnd.oci.image.manifest.v1+json', {
      schemaVersion: 2,
      config: describeBlob(image.config),
      layers: [],
    });
    const layout = { root: hollow, blobs: [hollow, ...image.blobs], size: 0, platforms: [] };
    await writeLayoutArchive(file, [{ image: layout, reference: 'v1' }], [{ image, repoTags: ['demo:v1'] }]);
    const content = await read(`${file}:v1`);
    expect(content.digest).toBe(image.root.digest);
    expect(content.size).toBe(image.size);
    expect(content.notes).toHaveLength(1);
  });
});

describe('the classic form', () => {
  it('gives the digest of the manifest over its config and layers, and says so', async () => {
    const image = await buildImage({ layers: [{ a: '1' }, { b: '2' }] });
    await writeClassicArchive(file, [{ image, repoTags: ['demo:v1'] }]);
    const content = await read(file);
    const manifest =
      '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",' +
      `"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"${image.config.digest}","size":${String(image.config.bytes.length)}},` +
      `"layers":[${image.plainLayers.map((tar) => `{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"${digestOf(tar)}","size":${String(tar.length)}}`).join(',')}]}`;
    expect(content.digest).toBe(`sha256:${createHash('sha256').update(manifest).digest('hex')}`);
    expect(content.size).toBe(
      image.config.bytes.length + image.plainLayers.reduce((sum, { length }) => sum + length, 0),
    );
    expect(content.platforms).toEqual(['linux/amd64']);
    expect(content.notes.join()).toContain('push that one with --digest and --size');
  });

  it('gives the digest of the pushed manifest when the layers are compressed in the archive', async () => {
    const image = await buildImage();
    const layer = image.layers[0];
    const manifest = [{ Config: image.config.digest, RepoTags: ['demo:v1'], Layers: ['layer.tar.gz'] }];
    await writeTar(file, [
      { header: { name: image.config.digest }, content: image.config.bytes },
      { header: { name: 'layer.tar.gz' }, content: layer?.bytes ?? '' },
      { header: { name: 'manifest.json' }, content: JSON.stringify(manifest) },
    ]);
    expect(await read(file)).toMatchObject({ digest: image.root.digest, size: image.size });
  });

  it('follows the links Docker writes for a layer that occurs twice', async () => {
    const image = await buildImage({ layers: [{ a: '1' }] });
    const double = await buildImage({ layers: [{ a: '1' }, { a: '1' }] });
    const entries: TarEntry[] = [
      { header: { name: 'one/layer.tar' }, content: image.plainLayers[0] ?? '' },
      { header: { name: 'two/layer.tar', type: 'symlink', linkname: '../one/layer.tar' } },
      { header: { name: 'config.json' }, content: double.config.bytes },
      {
        header: { name: 'manifest.json' },
        content: JSON.stringify([
          { Config: 'config.json', RepoTags: null, Layers: ['one/layer.tar', 'two/layer.tar'] },
        ]),
      },
    ];
    await writeTar(file, entries);
    const tar = image.plainLayers[0]?.length ?? 0;
    expect(await read(file)).toMatchObject({ size: double.config.bytes.length + tar });
  });

  it('is found by repository tag where there are several', async () => {
    const [one, two] = [await buildImage({ labels: { n: '1' } }), await buildImage({ labels: { n: '2' } })];
    await writeClassicArchive(file, [
      { image: one, repoTags: ['demo:one', 'demo:latest'] },
      { image: two, repoTags: ['demo:two'] },
    ]);
    expect((await read(`${file}:demo:one`)).digest).not.toBe((await read(`${file}:demo:two`)).digest);
    expect((await read(`${file}:demo:one`)).digest).toBe((await read(`${file}:docker.io/library/demo:latest`)).digest);
    await expect(read(file)).rejects.toThrow(
      `${file}: holds 2 images; choose one by adding :REPOSITORY:TAG; it holds: demo:one, demo:latest, demo:two`,
    );
    await expect(read(`${file}:demo:three`)).rejects.toThrow('holds no image demo:three; it holds: demo:one');
  });

  it('has one platform only', async () => {
    await writeClassicArchive(file, [{ image: await buildImage() }]);
    expect(await read(file, 'linux/amd64')).toMatchObject({ platforms: ['linux/amd64'] });
    await expect(read(file, 'linux/arm64')).rejects.toThrow('has no manifest for linux/arm64; it is for linux/amd64');
  });
});

describe('the way in', () => {
  it('may be compressed with gzip, and may be standard input', async () => {
    const image = await buildImage();
    await writeLayoutArchive(file, [{ image }]);
    const expected = await read(file);
    const zipped = join(directory, 'image.tar.gz');
    await writeFile(zipped, gzipSync(await readFile(file)));
    expect(await read(zipped)).toEqual(expected);
    const input: AsyncIterable<Uint8Array> = createReadStream(zipped, { highWaterMark: 3 });
    expect(await readDockerArchive('-', {}, input)).toEqual(expected);
  });

  it('does not matter to how the file is cut into chunks', async () => {
    const image = await buildImage({ layers: [{ a: 'x'.repeat(3_000) }, { b: '2' }] });
    await writeClassicArchive(file, [{ image }]);
    const expected = await read(file);
    for (const highWaterMark of [1, 511, 512, 513, 1_000]) {
      const input: AsyncIterable<Uint8Array> = createReadStream(file, { highWaterMark });
      expect((await readDockerArchive('-', {}, input)).digest).toBe(expected.digest);
    }
  });

  it('lets layers pass through without keeping them in memory', async () => {
    const megabytes = 256;
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    async function* archive(): AsyncIterable<Uint8Array> {
      const manifest = [{ Config: 'config.json', Layers: ['layer.tar'] }];
      const small = await tarOfEntries([
        { header: { name: 'config.json' }, content: JSON.stringify({ os: 'linux', architecture: 'amd64' }) },
        { header: { name: 'manifest.json' }, content: JSON.stringify(manifest) },
      ]);
      const size = megabytes << 20;
      yield await tarHeader('layer.tar', size);
      for (let written = 0; written < megabytes; written++) {
        yield Buffer.alloc(1 << 20, 'x');
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
      yield small;
    }
    const content = await readDockerArchive('-', {}, archive());
    expect(content.size).toBeGreaterThan(megabytes << 20);
    expect(most / (1 << 20)).toBeLessThan(megabytes / 2);
  });
});

describe('what is no image archive', () => {
  it.each([
    ['an empty file', Buffer.alloc(0), 'is empty'],
    ['text', Buffer.from('not a tar at all, but longer than one block of a tar '.repeat(20)), 'is not a readable tar'],
    ['a zstd stream', Buffer.from('28b52ffd00000000', 'hex'), 'is compressed with zstd; decompress it first'],
    ['an xz stream', Buffer.from('fd377a585a0000', 'hex'), 'is compressed with xz'],
    ['a bzip2 stream', Buffer.from('425a6839314159', 'hex'), 'is compressed with bzip2'],
    ['a broken gzip stream', Buffer.from('1f8b0800000000000003ffffff', 'hex'), 'is not a readable tar'],
  ])('%s is refused', async (_, bytes, message) => {
    await writeFile(file, bytes);
    await expect(read(file)).rejects.toThrow(message);
  });

  it('a tar without any manifest, a directory, nothing', async () => {
    await writeTar(file, [{ header: { name: 'repositories' }, content: '{}' }]);
    await expect(read(file)).rejects.toThrow('it has neither index.json nor manifest.json');
    await expect(read(directory)).rejects.toThrow('an OCI image layout is read with --oci-layout');
    await expect(read(join(directory, 'nowhere.tar'))).rejects.toThrow('there is no such file');
  });

  it('an archive cut short at any place', async () => {
    await writeClassicArchive(file, [{ image: await buildImage() }]);
    const { length } = await readFile(file);
    for (const kept of [700, 1_200, Math.floor(length / 2)]) {
      const cut = join(directory, `cut-${String(kept)}.tar`);
      await writeFile(cut, await readFile(file));
      await truncate(cut, kept);
      await expect(read(cut)).rejects.toThrow(/ends too early|neither index\.json nor manifest\.json/);
    }
  });
});

describe('a hostile archive', () => {
  it.each([
    ['../../etc/cron.d/evil', 'which is outside of the archive'],
    ['/etc/passwd', 'which is outside of the archive'],
    ['blobs/../../x', 'which is outside of the archive'],
  ])('with a file named %s is refused', async (name, message) => {
    await writeTar(file, [{ header: { name }, content: 'x' }]);
    await expect(read(file)).rejects.toThrow(message);
  });

  it.each(['../../../etc/shadow', '/etc/shadow'])('with a link to %s is refused', async (linkname) => {
    await writeTar(file, [{ header: { name: 'a/layer.tar', type: 'symlink', linkname } }]);
    await expect(read(file)).rejects.toThrow('which is outside of the archive');
  });

  it('with links in a circle is refused', async () => {
    await writeTar(file, [
      { header: { name: 'manifest.json', type: 'symlink', linkname: 'b' } },
      { header: { name: 'b', type: 'symlink', linkname: 'manifest.json' } },
    ]);
    await expect(read(file)).rejects.toThrow('is a link that leads through too many others');
  });

  it('with a device is refused', async () => {
    await writeTar(file, [{ header: { name: 'zero', type: 'character-device', devmajor: 1, devminor: 5 } }]);
    await expect(read(file)).rejects.toThrow('holds zero, which is no file (character-device)');
  });

  it('with the same file twice is refused', async () => {
    const entries = classicArchiveEntries([{ image: await buildImage() }]);
    await writeTar(file, [...entries, { header: { name: 'manifest.json' }, content: '[]' }]);
    await expect(read(file)).rejects.toThrow('holds manifest.json twice');
  });

  it('with a huge manifest.json is refused', async () => {
    await writeTar(file, [{ header: { name: 'manifest.json' }, content: `[${' '.repeat(5 << 20)}]` }]);
    await expect(read(file)).rejects.toThrow(`${file} (manifest.json): is too large or not JSON`);
  });

  it('with JSON without end is refused before memory runs out', async () => {
    const content = Buffer.alloc(4 << 20, ' ');
    const entries = Array.from({ length: 17 }, (_, position) => ({
      header: { name: `blobs/sha256/${String(position)}` },
      content,
    }));
    await writeTar(file, entries);
    await expect(read(file)).rejects.toThrow('holds more JSON than any image needs');
  });

  it('with a missing layer or config is refused by a message that names it', async () => {
    const entries = classicArchiveEntries([{ image: await buildImage() }]);
    const without = async (pattern: RegExp) => {
      await writeTar(
        file,
        entries.filter(({ header }) => !pattern.test(header.name)),
      );
      return read(file);
    };
    await expect(without(/layer\.tar$/)).rejects.toThrow(
      /layer\.tar\): is missing, though manifest\.json names it as a layer/,
    );
    await expect(without(/^[a-f0-9]{64}\.json$/)).rejects.toThrow('as the config');
  });

  it('with a wrong layer or config is refused by a message that names it', async () => {
    const entries = classicArchiveEntries([{ image: await buildImage() }]);
    const altered = async (pattern: RegExp, content: string) => {
      await writeTar(
        file,
        entries.map((entry) => (pattern.test(entry.header.name) ? { ...entry, content } : entry)),
      );
      return read(file);
    };
    await expect(altered(/layer\.tar$/, 'other')).rejects.toThrow(/layer\.tar\): has the digest .* where the config/);
    await expect(altered(/^[a-f0-9]{64}\.json$/, '{}')).rejects.toThrow('not the one it is named by');
    await expect(altered(/^manifest\.json$/, '[{"Config":"../x","Layers":[]}]')).rejects.toThrow(
      'which is outside of the archive',
    );
    await expect(altered(/^manifest\.json$/, '{"Config":1}')).rejects.toThrow('(manifest.json): the document:');
    await expect(altered(/^manifest\.json$/, '[]')).rejects.toThrow('holds no image');
  });
});
