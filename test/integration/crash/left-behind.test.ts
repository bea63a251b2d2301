import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStores } from '../../../src/composition/open-stores.js';
import { readModelFile } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { expectVerified } from '../../support/model.expectations.js';
import { World, at, tagged } from '../../support/world.js';
import { neighbours } from '../../support/world.in-suite.js';
import { settle } from '../../support/world.people.js';
import { WrittenLog, digestOf, pushed, slotOf } from '../../support/written-log.js';
import { embeddedPlaces } from '../../support/embedded-places.js';

const workspaces = Object.keys(neighbours.workspaces);
const source = slotOf('alpha/sandbox/web');
const target = slotOf('beta/sandbox/web');
const share = { shareId: 'f1d2d2f9-24e9-86ac-86fd-f7b36c94bcdf', target: 'beta', targetAccountId: 'one' };

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(() => directory.remove());

/** A world over a log in which somebody stopped half-way. */
async function after(write: (log: WrittenLog) => Promise<unknown>): Promise<World> {
  const stores = await openStores(embeddedPlaces(directory.path));
  if ((await stores.events.head()) === undefined) await settle(stores.events, neighbours);
  await write(new WrittenLog(stores.events));
  await stores.close();
  return World.open({ directory: directory.path });
}

describe('what a dead process left behind', () => {
  it('a share that has not arrived: it arrives', async () => {
    const world = await after(async (log) => {
      await log.image(source, { type: 'ImageRegistered', data: {} });
      await log.image(source, { type: 'ImageShared', data: share }, { reason: 'for the demo', principal: 'user:ann' });
    });
    await expectVerified(world, workspaces);
    expect(await world.plot('beta/sandbox/web')).toEqual(['SharedImageReceived']);
    const received = (await world.log()).find(({ type }) => type === 'SharedImageReceived');
    expect(received?.metadata).toMatchObject({ principal: 'user:ann', via: 'process', reason: 'for the demo' });
    await world.close();
  });

  it('a share whose name is taken: it is taken back', async () => {
    const world = await after(async (log) => {
      await log.image(source, { type: 'ImageRegistered', data: {} });
      await log.image(source, { type: 'ImageShared', data: share });
      await log.image(target, { type: 'ImageRegistered', data: {} });
    });
    await expectVerified(world, workspaces);
    expect((await world.story('alpha/sandbox/web')).at(-1)).toEqual({
      type: 'ImageUnshared',
      data: { ...share, reason: 'name-taken' },
    });
    await world.close();
  });

  it('a share that ended and is still in the target: it leaves, with what runs from it', async () => {
    const world = await after(async (log) => {
      await log.image(source, { type: 'ImageRegistered', data: {} });
      await log.image(source, pushed('v1', digestOf(1), 1));
      await log.image(source, { type: 'ImageShared', data: share });
      await log.image(target, { type: 'SharedImageReceived', data: { shareId: share.shareId, source: 'alpha' } });
      const run = { kind: 'agent', deployment: 'web', digest: digestOf(1) } as const;
      await log.image(target, { type: 'ImageDeployed', data: run });
      await log.image(source, { type: 'ImageUnshared', data: { ...share, reason: 'requested' } });
    });
    await expectVerified(world, workspaces);
    expect(await world.plot('beta/sandbox/web')).toEqual([
      'SharedImageReceived',
      'ImageDeployed',
      'SharedImageRevoked',
    ]);
    await world.close();
  });

  it('a share that arrived after it had ended: it leaves', async () => {
    const world = await after(async (log) => {
      await log.image(source, { type: 'ImageRegistered', data: {} });
      await log.image(source, { type: 'ImageShared', data: share });
      await log.image(source, { type: 'ImageUnshared', data: { ...share, reason: 'requested' } });
    });
    await world.settled();
    await world.close();
    const late = await after((log) =>
      log.image(target, { type: 'SharedImageReceived', data: { shareId: share.shareId, source: 'alpha' } }),
    );
    await expectVerified(late, workspaces);
    expect(await late.plot('beta/sandbox/web')).toEqual(['SharedImageReceived', 'SharedImageRevoked']);
    await late.close();
  });

  it('a deployment that moved and was not ended where it ran before: it ends there', async () => {
    const from = slotOf('alpha/sandbox/from');
    const run = { kind: 'agent', deployment: 'mover', digest: digestOf(1) } as const;
    const world = await after(async (log) => {
      for (const slot of [from, source]) {
        await log.image(slot, { type: 'ImageRegistered', data: {} });
        await log.image(slot, pushed('v1', digestOf(1), 1));
      }
      await log.image(from, { type: 'ImageDeployed', data: run });
      const movedFrom = { resourceType: from.resourceType, name: from.name };
      await log.image(source, { type: 'ImageDeployed', data: { ...run, movedFrom } });
    });
    await expectVerified(world, workspaces);
    expect(await world.ask('DeleteImage', at('alpha/sandbox/from'))).toBe('accepted');
    await world.close();
  });

  it('a deployment that moved away and back: it stays where it is', async () => {
    const from = slotOf('alpha/sandbox/from');
    const run = { kind: 'agent', deployment: 'mover', digest: digestOf(1) } as const;
    const world = await after(async (log) => {
      for (const slot of [from, source]) {
        await log.image(slot, { type: 'ImageRegistered', data: {} });
        await log.image(slot, pushed('v1', digestOf(1), 1));
      }
      const place = (slot: typeof from) => ({ movedFrom: { resourceType: slot.resourceType, name: slot.name } });
      await log.image(from, { type: 'ImageDeployed', data: run });
      await log.image(source, { type: 'ImageDeployed', data: { ...run, ...place(from) } });
      await log.image(from, { type: 'ImageDeployed', data: { ...run, ...place(source) } });
    });
    await expectVerified(world, workspaces);
    expect(await world.service.catalog.deployments.get('alpha', 'agent', 'mover')).toMatchObject({
      spec: { image: { name: 'from' } },
    });
    expect(await world.ask('DeleteImage', at('alpha/sandbox/web'))).toBe('accepted');
    await world.close();
  });

  it('a read model that is gone: it is built again, and nothing happens a second time', async () => {
    let world = await World.open({ directory: directory.path, people: neighbours });
    for (let n = 0; n < 5; n++) {
      const slot = `alpha/sandbox/again${n}` as const;
      await world.send('PushTag', tagged(slot, 'v1', n));
      await world.send('ShareImage', { ...at(slot), targetWorkspace: 'beta' });
      await world.send('RecordDeployment', { ...at(`beta/sandbox/again${n}`), kind: 'job', deployment: 'runner' });
      if (n % 2 === 0) await world.send('UnshareImage', { ...at(slot), targetWorkspace: 'beta' });
      if (n % 4 === 0) await world.send('ShareImage', { ...at(slot), targetWorkspace: 'beta' });
    }
    await world.settled();
    const before = await world.log();
    await world.close();
    for (const suffix of ['', '-wal', '-shm'])
      await rm(join(directory.path, `${readModelFile}${suffix}`), { force: true });
    world = await World.open({ directory: directory.path });
    await expectVerified(world, workspaces);
    expect((await world.log()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    await world.close();
  });
});
