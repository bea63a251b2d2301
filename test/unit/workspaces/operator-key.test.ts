import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileServiceSecrets } from '../../../src/service-secrets/file.service-secrets.js';
import { PrivateFileError } from '../../../src/service-secrets/private-file.js';
import { keyDigest } from '../../../src/workspaces/authentication/api-key.js';
import { loadOperatorKey } from '../../../src/workspaces/authentication/operator-key.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tagalong-operator-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const load = (given: string | undefined, path: string) =>
  loadOperatorKey(given, { files: new FileServiceSecrets(path), shared: undefined });

describe('the operator key', () => {
  it('given by the environment is not written', async () => {
    const { key, origin } = await load('an-operator-key-of-the-environment', directory);
    expect(origin).toBe('environment');
    expect(key.matches(keyDigest('an-operator-key-of-the-environment'))).toBe(true);
    expect(key.matches(keyDigest('an-operator-key-of-the-environmenT'))).toBe(false);
    expect(await readdir(directory)).toEqual([]);
  });

  it('is made at first start, for its owner only, and found at the next', async () => {
    const first = await load(undefined, join(directory, 'data'));
    const path = join(directory, 'data', 'operator.key');
    expect(first).toMatchObject({ origin: 'created', path });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(directory, 'data'))).toEqual(['operator.key']);
    const text = (await readFile(path, 'utf8')).trim();
    expect(text.length).toBeGreaterThan(40);
    expect(first.key.matches(keyDigest(text))).toBe(true);

    const second = await load(undefined, join(directory, 'data'));
    expect(second).toMatchObject({ origin: 'file', path });
    expect(second.key.matches(keyDigest(text))).toBe(true);
  });

  it('replaces a draft that a dead start left behind, with its permissions', async () => {
    await writeFile(join(directory, 'operator.key.new'), 'half', { mode: 0o644 });
    await load(undefined, directory);
    expect((await stat(join(directory, 'operator.key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['operator.key']);
  });

  it('is refused when others may read it', async () => {
    const path = join(directory, 'operator.key');
    await load(undefined, directory);
    await chmod(path, 0o640);
    await expect(load(undefined, directory)).rejects.toThrow(PrivateFileError);
    await expect(load(undefined, directory)).rejects.toThrow(`chmod 600 ${path}`);
  });

  it('is refused when the file does not hold one', async () => {
    for (const text of ['', '\n', 'short', 'two words that are long enough']) {
      await writeFile(join(directory, 'operator.key'), text, { mode: 0o600 });
      await expect(load(undefined, directory)).rejects.toThrow(PrivateFileError);
    }
  });
});
