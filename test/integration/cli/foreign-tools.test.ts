import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDockerArchive } from '../../../src/cli/oci/docker-archive.js';
import { readOciLayout } from '../../../src/cli/oci/oci-layout.js';
import { buildImage, buildIndex, writeOciLayout } from '../../support/oci/index.js';

const execute = promisify(execFile);

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tagalong-tools-'));
  await writeFile(join(directory, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** What a tool prints; `undefined` when it is not installed. */
async function tool(name: string, ...line: readonly string[]): Promise<string | undefined> {
  try {
    return (await execute(name, line, { cwd: directory })).stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const skopeo = (...line: readonly string[]) => tool('skopeo', '--policy', 'policy.json', ...line);

async function* nothing(): AsyncIterable<Uint8Array> {
  // No bytes.
}

describe('images written by other tools', { timeout: 60_000 }, () => {
  it('skopeo: layouts and archives of one image agree about it', async (context) => {
    const image = await buildImage({ layers: [{ a: '1' }, { b: '2' }] });
    await writeOciLayout(join(directory, 'own'), [{ image, reference: 'v1' }]);
    const inspected = await skopeo('inspect', 'oci:own:v1');
    if (inspected === undefined) {
      context.skip('skopeo is not installed');
      return;
    }
    expect(JSON.parse(inspected)).toMatchObject({ Digest: image.root.digest, Architecture: 'amd64', Os: 'linux' });
    await skopeo('copy', '-q', 'oci:own:v1', 'oci:copied:v2');
    await skopeo('copy', '-q', 'oci:own:v1', 'oci-archive:packed.tar:v3');
    await skopeo('copy', '-q', 'oci:own:v1', 'docker-archive:docker.tar:demo:v4');
    const copied = await readOciLayout(join(directory, 'copied:v2'), { verifyLayers: true });
    expect(copied).toMatchObject({ digest: image.root.digest, size: image.size, platforms: ['linux/amd64'] });
    expect(await readDockerArchive(join(directory, 'packed.tar:v3'), {}, nothing())).toEqual(copied);
    const docker = await readDockerArchive(join(directory, 'docker.tar:demo:v4'), {}, nothing());
    const plain = image.plainLayers.reduce((sum, { length }) => sum + length, 0);
    expect(docker).toMatchObject({ size: image.config.bytes.length + plain, platforms: ['linux/amd64'] });
  });

  it('skopeo: an index with attestations', async (context) => {
    const images = [await buildImage(), await buildImage({ platform: 'linux/arm64/v8' })];
    const index = buildIndex(images, { attestations: true });
    await writeOciLayout(join(directory, 'own'), [{ image: index, reference: 'v1' }]);
    if ((await skopeo('copy', '-q', '--all', 'oci:own:v1', 'oci:copied:v1')) === undefined) {
      context.skip('skopeo is not installed');
      return;
    }
    expect(await readOciLayout(join(directory, 'copied'), { verifyLayers: true })).toMatchObject({
      digest: index.root.digest,
      size: index.size,
      platforms: ['linux/amd64', 'linux/arm64/v8'],
    });
  });

  it('umoci: a layout it made and one it changed', async (context) => {
    await writeOciLayout(join(directory, 'own'), [{ image: await buildImage(), reference: 'v1' }]);
    if ((await tool('umoci', 'config', '--image', 'own:v1', '--tag', 'v2', '--config.cmd', '/other')) === undefined) {
      context.skip('umoci is not installed');
      return;
    }
    await tool('umoci', 'init', '--layout', 'made');
    await tool('umoci', 'new', '--image', 'made:empty');
    const [before, after] = [
      await readOciLayout(join(directory, 'own:v1'), {}),
      await readOciLayout(join(directory, 'own:v2'), { verifyLayers: true }),
    ];
    expect(after.digest).not.toBe(before.digest);
    expect(after.platforms).toEqual(['linux/amd64']);
    const { Layers } = JSON.parse((await skopeo('inspect', 'oci:made:empty')) ?? '{"Layers":[]}') as {
      Layers: unknown;
    };
    expect(Layers ?? []).toEqual([]);
    expect((await readOciLayout(join(directory, 'made:empty'), {})).platforms).toHaveLength(1);
  });
});
