import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../src/event-sourcing/faults.js';
import { readModelFile } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { World, at, tagged } from '../../support/world.js';
import { neighbours } from '../../support/world.in-suite.js';
import { never } from '../../support/world.store.js';

/** Subscribers that hear nothing until they are released. */
function held(): { readonly deliver: () => Promise<void>; readonly release: () => void } {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    deliver: () => released,
    release: () => {
      release();
    },
  };
}

describe('a service that starts', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    const world = await World.open({ directory: directory.path, people: neighbours });
    await world.send('PushTag', tagged('alpha/sandbox/web', 'v1', 1));
    await world.close();
  });

  afterEach(() => directory.remove());

  function requires(world: World): () => void {
    return () => {
      world.service.serving.require();
    };
  }

  it('serves at once over a read model that is up to date', async () => {
    const world = await World.open({ directory: directory.path, hooks: { deliver: never } });
    expect(requires(world)).not.toThrow();
    await world.crash();
  });

  it('serves at once over an empty log', async () => {
    const empty = await temporaryDirectory();
    const world = await World.open({ directory: empty.path });
    expect(requires(world)).not.toThrow();
    await world.close();
    await empty.remove();
  });

  it('serves nobody by a read model that is still being built', async () => {
    for (const suffix of ['', '-wal', '-shm'])
      await rm(join(directory.path, `${readModelFile}${suffix}`), { force: true });
    const { deliver, release } = held();
    const world = await World.open({ directory: directory.path, hooks: { deliver } });
    expect(requires(world)).toThrow(StoreUnavailableError);
    expect(requires(world)).toThrow(/access has come to the beginning of 0{10}.*send the request again/);
    release();
    await world.settled();
    await expect.poll(() => world.service.projections.ready).toBe(true);
    expect(requires(world)).not.toThrow();
    await world.close();
  });

  it('serves nobody by rights that are older than its start', async () => {
    let world = await World.open({ directory: directory.path, hooks: { deliver: never } });
    expect(requires(world)).not.toThrow();
    void world.send('RegisterImage', at('alpha/sandbox/unseen'));
    await expect.poll(() => world.plot('alpha/sandbox/unseen')).toEqual(['ImageRegistered']);
    await world.crash();

    const { deliver, release } = held();
    world = await World.open({ directory: directory.path, hooks: { deliver } });
    expect(requires(world)).toThrow(/access has come to 0{10}/);
    release();
    await world.settled();
    expect(requires(world)).not.toThrow();
    await world.close();
  });
});
