import { describe, expect, it } from 'vitest';
import { at, tagged } from '../../support/world.js';
import { neighbours, worldOf } from '../../support/world.in-suite.js';

const { open } = worldOf(neighbours);

describe('sharing within an account', () => {
  it('puts the image into the other workspace, visible with its tags when the command is answered', async () => {
    const world = open();
    await world.send('PushTag', tagged('alpha/sandbox/web', 'v1', 1), { as: 'ann' });
    const answer = await world.send(
      'ShareImage',
      { ...at('alpha/sandbox/web'), targetWorkspace: 'beta' },
      { as: 'ann' },
    );

    expect(answer).toMatchObject({ kind: 'accepted', result: { share: 'active' } });
    if (answer.kind === 'rejected' || answer.position === undefined) throw new Error('it was not shared');
    await world.service.readYourWrites.passed(answer.position);
    const [image] = (await world.list('beta')).filter(({ metadata }) => metadata.name === 'web');
    expect(image).toMatchObject({
      metadata: { workspace: 'beta', sourceWorkspace: 'alpha' },
      spec: { tags: [{ name: 'v1' }] },
    });
    expect(await world.plot('alpha/sandbox/web')).toEqual(['ImageRegistered', 'TagPushed', 'ImageShared']);
    expect(await world.plot('beta/sandbox/web')).toEqual(['SharedImageReceived']);
  });

  it('shows a tag pushed later in every workspace at the position of the push', async () => {
    const world = open();
    const slot = 'alpha/agent/spread';
    await world.send('RegisterImage', at(slot));
    for (const targetWorkspace of ['beta', 'gamma', 'delta', 'hidden']) {
      expect(await world.ask('ShareImage', { ...at(slot), targetWorkspace })).toBe('accepted');
    }
    const pushed = await world.send('PushTag', tagged(slot, 'v7', 7));
    if (pushed.kind === 'rejected' || pushed.position === undefined) throw new Error('it was not pushed');
    await world.service.readYourWrites.passed(pushed.position);
    for (const workspace of ['alpha', 'beta', 'gamma', 'delta', 'hidden']) {
      const [image] = (await world.list(workspace)).filter(({ metadata }) => metadata.name === 'spread');
      expect(image?.spec.tags).toMatchObject([{ name: 'v7', size: 1_007 }]);
    }
    expect(await world.plot('beta/agent/spread')).toEqual(['SharedImageReceived']);
  });

  it('answers a share that stands with the same share', async () => {
    const world = open();
    const share = { ...at('alpha/job/twice'), targetWorkspace: 'beta' };
    await world.send('RegisterImage', at('alpha/job/twice'));
    const first = await world.send('ShareImage', share);
    const second = await world.send('ShareImage', share);
    expect(second).toMatchObject({ kind: 'already-so', result: first.kind === 'rejected' ? {} : first.result });
    expect(await world.plot('beta/job/twice')).toEqual(['SharedImageReceived']);
  });

  it.each([
    ['its own image', 'beta/sandbox/taken-own'],
    ['an image of a third workspace', 'gamma/sandbox/taken-share'],
  ] as const)('refuses before anything is written when the target holds %s of that name', async (_, other) => {
    const world = open();
    const name = other.slice(other.lastIndexOf('/') + 1);
    const slot = `alpha/sandbox/${name}` as const;
    await world.send('RegisterImage', at(other));
    if (!other.startsWith('beta')) await world.send('ShareImage', { ...at(other), targetWorkspace: 'beta' });
    await world.send('RegisterImage', at(slot));
    const answer = await world.send('ShareImage', { ...at(slot), targetWorkspace: 'beta' });
    expect(answer).toMatchObject({ kind: 'rejected', rejection: { code: 'name-taken', category: 'conflict' } });
    expect(await world.plot(slot)).toEqual(['ImageRegistered']);
  });

  it('does not share on what is shared in', async () => {
    const world = open();
    await world.send('RegisterImage', at('alpha/sandbox/once'));
    await world.send('ShareImage', { ...at('alpha/sandbox/once'), targetWorkspace: 'beta' });
    expect(await world.ask('ShareImage', { ...at('beta/sandbox/once'), targetWorkspace: 'gamma' })).toBe(
      'cannot-reshare',
    );
  });

  it('refuses the own workspace and an image that is not there', async () => {
    const world = open();
    expect(await world.ask('ShareImage', { ...at('alpha/sandbox/none'), targetWorkspace: 'beta' })).toBe(
      'image-not-found',
    );
    await world.send('RegisterImage', at('alpha/sandbox/own'));
    expect(await world.ask('ShareImage', { ...at('alpha/sandbox/own'), targetWorkspace: 'alpha' })).toBe('self-share');
  });

  it('takes an admin of the source', async () => {
    const world = open();
    await world.send('RegisterImage', at('alpha/sandbox/mine'));
    const share = { ...at('alpha/sandbox/mine'), targetWorkspace: 'beta' };
    expect(await world.ask('ShareImage', share, { as: 'max' })).toBe('admin-required');
    expect(await world.ask('ShareImage', share, { as: 'ben' })).toBe('workspace-forbidden');
    expect(await world.ask('ShareImage', share, { as: 'ann' })).toBe('accepted');
  });

  it('takes no admin of the target where the policy does not ask for one', async () => {
    const world = open();
    await world.send('RegisterImage', at('lax/sandbox/gift'));
    const share = { ...at('lax/sandbox/gift'), targetWorkspace: 'lazy' };
    expect(await world.ask('ShareImage', share, { as: 'liv' })).toBe('accepted');
    expect(await world.ask('UnshareImage', share, { as: 'liv' })).toBe('accepted');
    await world.settled();
    expect(await world.plot('lazy/sandbox/gift')).toEqual(['SharedImageReceived', 'SharedImageRevoked']);
  });

  it('keeps a shared image from being deleted, whole or by tag, until it is unshared', async () => {
    const world = open();
    const slot = 'alpha/function/kept';
    const share = { ...at(slot), targetWorkspace: 'beta' };
    await world.send('PushTag', tagged(slot, 'v1', 1));
    await world.send('ShareImage', share);
    expect(await world.ask('DeleteImage', at(slot))).toBe('image-shared');
    expect(await world.ask('DeleteTag', { ...at(slot), tag: 'v1' })).toBe('image-shared');
    expect(await world.ask('DeleteImage', at('beta/function/kept'))).toBe('not-owner');
    expect(await world.ask('PushTag', tagged('beta/function/kept', 'v1', 2))).toBe('not-owner');
    expect(await world.ask('RegisterImage', at('beta/function/kept'))).toBe('name-taken');
    expect(await world.ask('UnshareImage', share)).toBe('accepted');
    expect(await world.ask('DeleteTag', { ...at(slot), tag: 'v1' })).toBe('accepted');
    expect(await world.ask('DeleteImage', at(slot))).toBe('accepted');
    await world.visible();
    expect((await world.list('beta')).filter(({ metadata }) => metadata.name === 'kept')).toEqual([]);
  });

  it('takes the image and what runs from it out of the target when it is unshared', async () => {
    const world = open();
    const slot = 'alpha/sandbox/back';
    const share = { ...at(slot), targetWorkspace: 'beta' };
    await world.send('PushTag', tagged(slot, 'v1', 1));
    await world.send('ShareImage', share);
    await world.send('RecordDeployment', { ...at('beta/sandbox/back'), kind: 'agent', deployment: 'back-runner' });
    expect(await world.ask('UnshareImage', share, { as: 'max' })).toBe('admin-required');
    const answer = await world.send('UnshareImage', share, { as: 'ann' });
    if (answer.kind === 'rejected' || answer.position === undefined) throw new Error('it was not unshared');
    await world.service.readYourWrites.passed(answer.position);
    expect((await world.list('beta')).map(({ metadata }) => metadata.name)).not.toContain('back');
    expect(await world.service.catalog.deployments.get('beta', 'agent', 'back-runner')).toBeUndefined();
    expect(await world.ask('UnshareImage', share)).toBe('share-not-found');
    expect(await world.ask('RegisterImage', at('beta/sandbox/back'))).toBe('accepted');
  });

  it('leaves a read model that a replay confirms', async () => {
    const world = open();
    await world.settled();
    expect(await world.differences()).toEqual([]);
  });
});
