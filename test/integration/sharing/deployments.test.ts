import { describe, expect, it } from 'vitest';
import type { ResourceType } from '../../../src/vocabulary/names.js';
import { digestOf } from '../../support/written-log.js';
import { at, tagged } from '../../support/world.js';
import type { SlotName, World } from '../../support/world.js';
import { neighbours, worldOf } from '../../support/world.in-suite.js';

const { open } = worldOf(neighbours);

async function deployed(world: World, workspace: string, kind: ResourceType, deployment: string) {
  await world.settled();
  return (await world.service.catalog.deployments.get(workspace, kind, deployment))?.spec;
}

function run(slot: SlotName, deployment: string, from: object = {}): Readonly<Record<string, unknown>> {
  return { ...at(slot), kind: 'agent', deployment, ...from };
}

describe('deployments', () => {
  it('pin the digest that the tag points at, by tag, by digest, or by the tag pushed last', async () => {
    const world = open();
    const slot = 'alpha/sandbox/pins';
    await world.send('PushTag', tagged(slot, 'v1', 1));
    await world.send('PushTag', tagged(slot, 'v2', 2));
    expect(await world.ask('RecordDeployment', run(slot, 'p1', { tag: 'v1' }))).toBe('accepted');
    expect(await world.ask('RecordDeployment', run(slot, 'p2', { digest: digestOf(1) }))).toBe('accepted');
    expect(await world.ask('RecordDeployment', run(slot, 'p3'))).toBe('accepted');
    await world.send('PushTag', tagged(slot, 'v1', 3));
    expect(await deployed(world, 'alpha', 'agent', 'p1')).toMatchObject({ tag: 'v1', digest: digestOf(1) });
    expect(await deployed(world, 'alpha', 'agent', 'p2')).toMatchObject({ digest: digestOf(1) });
    expect(await deployed(world, 'alpha', 'agent', 'p3')).toMatchObject({ tag: 'v2', digest: digestOf(2) });
    expect(await world.ask('RecordDeployment', run(slot, 'p1', { tag: 'v1' }))).toBe('accepted');
    expect(await deployed(world, 'alpha', 'agent', 'p1')).toMatchObject({ digest: digestOf(3) });
    expect(await world.ask('RecordDeployment', run(slot, 'p4', { tag: 'v9' }))).toBe('tag-not-found');
    expect(await world.ask('RecordDeployment', run(slot, 'p4', { digest: digestOf(9) }))).toBe('digest-not-found');
    expect(await world.ask('RecordDeployment', run('alpha/sandbox/absent', 'p4'))).toBe('image-not-found');
  });

  it('of an image shared in pin what stands at its owner', async () => {
    const world = open();
    await world.send('PushTag', tagged('alpha/sandbox/lent', 'v1', 1));
    await world.send('ShareImage', { ...at('alpha/sandbox/lent'), targetWorkspace: 'beta' });
    await world.send('PushTag', tagged('alpha/sandbox/lent', 'v2', 2));
    expect(await world.ask('RecordDeployment', run('beta/sandbox/lent', 'guest'), { as: 'ben' })).toBe('accepted');
    expect(await deployed(world, 'beta', 'agent', 'guest')).toMatchObject({
      image: { sourceWorkspace: 'alpha' },
      tag: 'v2',
      digest: digestOf(2),
    });
  });

  it('protect their tag and image until they are retired', async () => {
    const world = open();
    const slot = 'alpha/sandbox/guarded';
    await world.send('PushTag', tagged(slot, 'v1', 1));
    await world.send('RecordDeployment', run(slot, 'guard', { tag: 'v1' }));
    expect(await world.ask('DeleteTag', { ...at(slot), tag: 'v1' })).toBe('tag-in-use');
    expect(await world.ask('DeleteImage', at(slot))).toBe('image-in-use');
    expect(await world.ask('RetireDeployment', { workspace: 'alpha', kind: 'agent', deployment: 'guard' })).toBe(
      'accepted',
    );
    expect(await world.ask('RetireDeployment', { workspace: 'alpha', kind: 'agent', deployment: 'guard' })).toBe(
      'deployment-not-found',
    );
    expect(await world.ask('DeleteImage', at(slot))).toBe('accepted');
  });

  it('leave the image they ran from when they are deployed from another one', async () => {
    const world = open();
    for (const name of ['from', 'to'] as const) await world.send('PushTag', tagged(`alpha/sandbox/${name}`, 'v1', 1));
    await world.send('RecordDeployment', run('alpha/sandbox/from', 'mover'));
    expect(await world.ask('RecordDeployment', run('alpha/sandbox/to', 'mover'))).toBe('accepted');
    expect(await world.plot('alpha/sandbox/from')).toEqual([
      'ImageRegistered',
      'TagPushed',
      'ImageDeployed',
      'DeploymentRetired',
    ]);
    expect((await world.story('alpha/sandbox/to')).at(-1)).toMatchObject({
      data: { movedFrom: { resourceType: 'sandbox', name: 'from' } },
    });
    expect(await deployed(world, 'alpha', 'agent', 'mover')).toMatchObject({ image: { name: 'to' } });
    expect(await world.ask('DeleteImage', at('alpha/sandbox/from'))).toBe('accepted');
    expect(await world.ask('DeleteImage', at('alpha/sandbox/to'))).toBe('image-in-use');
  });

  it('run from one image only, however many are deployed under one name at once', async () => {
    const world = open();
    const slots = [0, 1, 2, 3, 4].map((n): SlotName => `alpha/job/rush${n}`);
    for (const slot of slots) await world.send('PushTag', tagged(slot, 'v1', 1));
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(
        [...slots, ...slots].map((slot) => world.ask('RecordDeployment', run(slot, 'rusher'))),
      );
      expect(answers.every((answer) => answer === 'accepted' || answer === 'already-so')).toBe(true);
      await world.settled();
      const runsFrom = (await deployed(world, 'alpha', 'agent', 'rusher'))?.image.name;
      for (const slot of slots) {
        const used = slot.endsWith(`/${runsFrom ?? ''}`);
        const story = await world.story(slot);
        const last = story.findLast(({ type }) => type === 'ImageDeployed' || type === 'DeploymentRetired');
        if (last !== undefined) expect(last.type).toBe(used ? 'ImageDeployed' : 'DeploymentRetired');
      }
    }
  });

  it('keep an image from being cleaned up, and so does a share or a request', async () => {
    const world = open();
    const all = ['deployed', 'shared', 'asked', 'idle', 'received'].map((name) => `far/job/${name}` as SlotName);
    for (const slot of all.slice(0, 4)) await world.send('PushTag', tagged(slot, 'v1', 1));
    await world.send('PushTag', tagged('farther/job/received', 'v1', 1));
    await world.send('RecordDeployment', run('far/job/deployed', 'worker'));
    await world.send('ShareImage', { ...at('far/job/shared'), targetWorkspace: 'farther' });
    await world.send('ShareImage', { ...at('farther/job/received'), targetWorkspace: 'far' });
    await world.send('ShareImage', { ...at('far/job/asked'), targetWorkspace: 'alpha', targetAccountId: 'one' });
    expect(await world.ask('CleanupImages', { workspace: 'far' }, { as: 'max' })).toBe('admin-required');
    const cleaned = await world.send('CleanupImages', { workspace: 'far' }, { as: 'fay' });
    expect(cleaned).toMatchObject({ kind: 'accepted', result: { deleted: ['far/job/idle'] } });
    await world.settled();
    const left = (await world.list('far')).map(({ metadata }) => metadata.name);
    expect(left).toEqual(['asked', 'deployed', 'received', 'shared']);
  });

  it('leave a read model that a replay confirms', async () => {
    const world = open();
    await world.settled();
    expect(await world.differences()).toEqual([]);
  });
});
