import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirectoryInUseError, lockDataDirectory } from '../../../src/event-store/data-directory-lock.js';
import { ChildProcess } from '../../support/event-store/child-process.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';

describe('the lock of a data directory', () => {
  let path: string;
  let remove: () => Promise<void>;

  beforeEach(async () => {
    const temporary = await temporaryDirectory();
    path = temporary.path;
    remove = () => temporary.remove();
  });

  afterEach(async () => {
    await remove();
  });

  it('creates the directory for its owner alone', async () => {
    const directory = join(path, 'deep', 'data');
    const lock = await lockDataDirectory(directory);
    lock.release();

    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  it('is refused to a second holder in the same process, and to be had again after it was released', async () => {
    const lock = await lockDataDirectory(path);
    await expect(lockDataDirectory(path)).rejects.toThrow(DataDirectoryInUseError);
    lock.release();
    lock.release();

    (await lockDataDirectory(path)).release();
  });

  it('names the directory and the process that holds it, and is free when that process is killed', async () => {
    const child = new ChildProcess('locking-process.ts', path);
    try {
      await child.said(1);
      await expect(lockDataDirectory(path)).rejects.toThrow(
        `the data directory ${path} is in use by another process (pid ${child.pid ?? 0})`,
      );
    } finally {
      await child.kill();
    }

    const lock = await lockDataDirectory(path);
    expect(lock.directory).toBe(path);
    lock.release();
  });

  it('locks each directory for itself', async () => {
    await mkdir(join(path, 'a'));
    const locks = [await lockDataDirectory(join(path, 'a')), await lockDataDirectory(join(path, 'b'))];
    for (const lock of locks) lock.release();
  });
});
