import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReadModelDamagedError } from '../../../src/event-sourcing/projection-store.js';
import { readModelFile } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { World, tagged } from '../../support/world.js';
import { neighbours } from '../../support/world.in-suite.js';

const pageSize = 4_096;
const remedy =
  /^the read model is damaged: .*delete read-model\.db together with its -wal and -shm files, and start again/;

describe('a damaged read model beside a sound event store', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let file: string;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    file = join(directory.path, readModelFile);
    const world = await World.open({ directory: directory.path, people: neighbours });
    for (let n = 0; n < 20; n++) await world.send('PushTag', tagged(`alpha/sandbox/image${n}`, 'v1', n));
    await world.settled();
    await world.close();
  });

  afterEach(() => directory.remove());

  async function overwrite(page: number): Promise<void> {
    const handle = await open(file, 'r+');
    await handle.write(Buffer.alloc(pageSize, 0x5a), 0, pageSize, page * pageSize);
    await handle.close();
  }

  it.each([1, 2, 5, 8, 40, 50])('stops the start and names the way out: page %i', async (page) => {
    expect((await stat(file)).size).toBeGreaterThan(page * pageSize);
    await overwrite(page);
    const opening = World.open({ directory: directory.path });
    await expect(opening).rejects.toThrow(ReadModelDamagedError);
    await expect(opening).rejects.toThrow(remedy);
  });

  it('stops the start when it is no database at all', async () => {
    const handle = await open(file, 'r+');
    await handle.write(Buffer.alloc(pageSize, 0x5a), 0, pageSize, 0);
    await handle.close();
    await expect(World.open({ directory: directory.path })).rejects.toThrow(
      /read-model\.db cannot be opened: file is not a database\..*delete it together with its -wal and -shm/,
    );
  });
});
