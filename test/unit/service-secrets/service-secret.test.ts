import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileServiceSecrets } from '../../../src/service-secrets/file.service-secrets.js';
import { PrivateFileError } from '../../../src/service-secrets/private-file.js';
import { loadServiceSecret } from '../../../src/service-secrets/service-secret.js';
import type { ServiceSecret } from '../../../src/service-secrets/service-secret.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tagalong-secret-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const load = async (given: string | undefined, path: string): Promise<ServiceSecret> =>
  (await loadServiceSecret(given, { files: new FileServiceSecrets(path), shared: undefined })).secret;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('the secret of the service', () => {
  it('is made at first start, for its owner only, and found at the next', async () => {
    const first = await load(undefined, join(directory, 'data'));
    expect((await stat(join(directory, 'data', 'service.secret'))).mode & 0o777).toBe(0o600);
    const second = await load(undefined, join(directory, 'data'));
    expect(hex(second.derive('one'))).toBe(hex(first.derive('one')));
    expect(first.derive('one')).toHaveLength(32);
    expect(hex(first.derive('two'))).not.toBe(hex(first.derive('one')));
    const text = (await readFile(join(directory, 'data', 'service.secret'), 'utf8')).trim();
    const given = await load(text, directory);
    expect(hex(given.derive('one'))).toBe(hex(first.derive('one')));
  });

  it('differs between services', async () => {
    const one = await load(undefined, join(directory, 'a'));
    const other = await load(undefined, join(directory, 'b'));
    expect(hex(one.derive('one'))).not.toBe(hex(other.derive('one')));
  });

  it('is refused when others may read it, or when it is none', async () => {
    const path = join(directory, 'service.secret');
    await load(undefined, directory);
    await chmod(path, 0o640);
    await expect(load(undefined, directory)).rejects.toThrow(PrivateFileError);
    await chmod(path, 0o600);
    for (const text of ['', 'short', 'two words that would be long enough']) {
      await writeFile(path, text);
      await expect(load(undefined, directory)).rejects.toThrow('put it back from a backup');
    }
  });
});
