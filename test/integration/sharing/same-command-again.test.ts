import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CommandAnswer } from '../../../src/command-bus/command-definition.js';
import { digestOf } from '../../support/written-log.js';
import { at, tagged } from '../../support/world.js';
import type { Sending, SlotName, World } from '../../support/world.js';
import { neighbours, worldOf } from '../../support/world.in-suite.js';

const { open } = worldOf(neighbours);

/** What the sender of a repeated command must be told both times. */
function essence(answer: CommandAnswer) {
  if (answer.kind === 'rejected') return answer.rejection.code;
  const { kind, stream, revision, result } = answer;
  return { kind, stream, revision, result };
}

/** Sends a command twice, with something in between, and expects one answer. */
async function twice(
  world: World,
  type: string,
  data: Readonly<Record<string, unknown>>,
  inBetween: () => Promise<unknown>,
  sending: Sending = {},
): Promise<CommandAnswer> {
  const id = randomUUID();
  const first = await world.send(type, data, { id, ...sending });
  await inBetween();
  const second = await world.send(type, data, { id, ...sending });
  expect(essence(second)).toEqual(essence(first));
  expect(first.kind).toBe('accepted');
  return second;
}

/** Makes a stream forget the ids of its earlier commands. */
async function pushMany(world: World, slot: SlotName): Promise<void> {
  for (let n = 0; n < 70; n++) await world.send('PushTag', tagged(slot, 'many', n));
}

async function ownersList(world: World, workspace: string): Promise<readonly string[]> {
  await world.settled();
  return (await world.list(workspace)).map(({ metadata }) => metadata.name);
}

async function requestFrom(world: World, slot: SlotName): Promise<string> {
  await world.send('RegisterImage', at(slot));
  const asked = await world.send('ShareImage', { ...at(slot), targetWorkspace: 'far', targetAccountId: 'two' });
  if (asked.kind === 'rejected' || typeof asked.result?.['shareId'] !== 'string') throw new Error('it was not asked');
  await world.visible();
  return asked.result['shareId'];
}

describe('the same command again', () => {
  it('shares once, also when the share has ended and the target has taken the name', async () => {
    const world = open();
    const share = { ...at('alpha/sandbox/a1'), targetWorkspace: 'beta' };
    await world.send('RegisterImage', at('alpha/sandbox/a1'));
    await twice(world, 'ShareImage', share, async () => {
      await world.send('UnshareImage', share);
      await world.send('RegisterImage', at('beta/sandbox/a1'));
    });
    expect(await world.plot('beta/sandbox/a1')).toEqual([
      'SharedImageReceived',
      'SharedImageRevoked',
      'ImageRegistered',
    ]);
  });

  it('shares once, also after the image is gone', async () => {
    const world = open();
    const share = { ...at('alpha/sandbox/a2'), targetWorkspace: 'beta' };
    await world.send('RegisterImage', at('alpha/sandbox/a2'));
    await twice(world, 'ShareImage', share, async () => {
      await world.send('UnshareImage', share);
      await world.send('DeleteImage', at('alpha/sandbox/a2'));
    });
    expect(await ownersList(world, 'beta')).not.toContain('a2');
  });

  it('names its own share when another one stands by now', async () => {
    const world = open();
    const share = { ...at('alpha/sandbox/a3'), targetWorkspace: 'beta' };
    await world.send('RegisterImage', at('alpha/sandbox/a3'));
    await twice(world, 'ShareImage', share, async () => {
      await world.send('UnshareImage', share);
      await pushMany(world, 'alpha/sandbox/a3');
      await world.send('ShareImage', share);
    });
  });

  it('stays a conflict for a share that was taken back', async () => {
    const world = open();
    const slot = 'alpha/sandbox/a4';
    const share = { ...at(slot), targetWorkspace: 'beta' };
    await world.send('RegisterImage', at(slot));
    world.store.hooks = {
      after: async (_, [event]) => {
        if (event?.type === 'ImageShared') await world.send('RegisterImage', at('beta/sandbox/a4'));
      },
    };
    const id = randomUUID();
    expect(await world.ask('ShareImage', share, { id })).toBe('name-taken');
    world.store.hooks = {};
    expect(await world.plot(slot)).toEqual(['ImageRegistered', 'ImageShared', 'ImageUnshared']);
    expect(await world.ask('ShareImage', share, { id })).toBe('name-taken');
    await world.send('DeleteImage', at('beta/sandbox/a4'));
    await pushMany(world, slot);
    expect(await world.ask('ShareImage', share, { id })).toBe('name-taken');
    expect(await ownersList(world, 'beta')).not.toContain('a4');
    expect(await world.ask('ShareImage', share)).toBe('accepted');
  });

  it('ends one share only: the next one with that target stands', async () => {
    const world = open();
    const share = { ...at('alpha/sandbox/a5'), targetWorkspace: 'beta' };
    await world.send('RegisterImage', at('alpha/sandbox/a5'));
    await world.send('ShareImage', share);
    await twice(world, 'UnshareImage', share, () => world.send('ShareImage', share));
    expect(await ownersList(world, 'beta')).toContain('a5');
    expect((await world.plot('beta/sandbox/a5')).at(-1)).toBe('SharedImageReceived');
  });

  it('asks once across accounts, whatever was answered meanwhile', async () => {
    const world = open();
    const ask = { targetWorkspace: 'far', targetAccountId: 'two' };
    const answers = ['AcceptShareRequest', 'DeclineShareRequest'];
    for (const [n, type] of answers.entries()) {
      const slot = `alpha/sandbox/b${n}` as const;
      await world.send('RegisterImage', at(slot));
      const again = await twice(world, 'ShareImage', { ...at(slot), ...ask }, async () => {
        await world.settled();
        const [request] = await world.service.catalog.shares.incoming('far', world.clock.text);
        expect(await world.ask(type, { workspace: 'far', shareId: request?.id }, { as: 'fay' })).toBe('accepted');
      });
      expect(again).toMatchObject({ result: { share: 'pending' } });
    }
  });

  it('is answered the same where that target cannot be shared with any more', async () => {
    const world = open();
    await world.send('RegisterImage', at('lax/sandbox/b3'), { as: 'liv' });
    await world.send('RegisterImage', at('alpha/sandbox/b3'));
    const within = { ...at('lax/sandbox/b3'), targetWorkspace: 'lazy' };
    const across = { ...at('alpha/sandbox/b3'), targetWorkspace: 'far', targetAccountId: 'two' };
    const close = () => world.send('ChangeSharingPolicy', { accountId: 'trusting', targetAdmin: 'required' });
    const closeAcross = () => world.send('ChangeSharingPolicy', { accountId: 'two', acrossAccounts: 'forbidden' });
    const active = await twice(world, 'ShareImage', within, close, { as: 'liv' });
    expect(active).toMatchObject({ result: { share: 'active' } });
    const pending = await twice(world, 'ShareImage', across, closeAcross);
    expect(pending).toMatchObject({ result: { share: 'pending' } });
    expect(await world.ask('ShareImage', within, { as: 'liv' })).toBe('target-not-available');
    expect(await world.ask('ShareImage', across)).toBe('target-not-available');
    await world.send('ChangeSharingPolicy', { accountId: 'trusting', targetAdmin: 'not-required' });
    await world.send('ChangeSharingPolicy', { accountId: 'two', acrossAccounts: 'by-request' });
  });

  it('is another command when another sender chose the id, whatever their names are put together to', async () => {
    const world = open();
    const slot = 'alpha/sandbox/b4';
    for (const sub of ['x', 'x/y', 'x%2Fy']) {
      await world.send('AddMember', { workspace: 'alpha', sub, role: 'member' });
    }
    const sendings = [
      { as: 'x', id: 'y/1' },
      { as: 'x/y', id: '1' },
      { as: 'x%2Fy', id: '1' },
    ];
    for (const [n, sending] of sendings.entries()) {
      expect(await world.ask('PushTag', tagged(slot, `v${n}`, n), sending)).toBe('accepted');
    }
    expect(await world.plot(slot)).toEqual(['ImageRegistered', 'TagPushed', 'TagPushed', 'TagPushed']);
  });

  it('accepts once, also after the share has ended', async () => {
    const world = open();
    const slot = 'alpha/sandbox/c1';
    const shareId = await requestFrom(world, slot);
    await twice(world, 'AcceptShareRequest', { workspace: 'far', shareId }, async () => {
      await world.send('UnshareImage', { ...at(slot), targetWorkspace: 'far' });
      await pushMany(world, slot);
      await world.settled();
    });
    expect(await ownersList(world, 'far')).not.toContain('c1');
  });

  it('stays a conflict for an acceptance that was taken back', async () => {
    const world = open();
    const shareId = await requestFrom(world, 'alpha/sandbox/c2');
    world.store.hooks = {
      after: async (_, [event]) => {
        if (event?.type === 'ImageShared') await world.send('RegisterImage', at('far/sandbox/c2'));
      },
    };
    const id = randomUUID();
    expect(await world.ask('AcceptShareRequest', { workspace: 'far', shareId }, { id })).toBe('name-taken');
    world.store.hooks = {};
    await world.settled();
    expect(await world.ask('AcceptShareRequest', { workspace: 'far', shareId }, { id })).toBe('name-taken');
    expect(await world.ask('AcceptShareRequest', { workspace: 'far', shareId })).toBe('share-not-found');
  });

  it('declines once', async () => {
    const world = open();
    const shareId = await requestFrom(world, 'alpha/sandbox/c3');
    await twice(world, 'DeclineShareRequest', { workspace: 'far', shareId }, () => world.settled());
  });

  it('deploys once, also after its tag is gone', async () => {
    const world = open();
    const slot = 'alpha/sandbox/d1';
    await world.send('PushTag', tagged(slot, 'v1', 1));
    await world.send('PushTag', tagged(slot, 'v2', 2));
    await twice(world, 'RecordDeployment', { ...at(slot), kind: 'job', deployment: 'd1', tag: 'v1' }, async () => {
      await world.send('RetireDeployment', { workspace: 'alpha', kind: 'job', deployment: 'd1' });
      expect(await world.ask('DeleteTag', { ...at(slot), tag: 'v1' })).toBe('accepted');
    });
    await world.settled();
    expect(await world.service.catalog.deployments.get('alpha', 'job', 'd1')).toBeUndefined();
  });

  it('deploys once, also from an image that is no longer shared in', async () => {
    const world = open();
    const share = { ...at('alpha/sandbox/d2'), targetWorkspace: 'beta' };
    await world.send('PushTag', tagged('alpha/sandbox/d2', 'v1', 1));
    await world.send('ShareImage', share);
    await twice(world, 'RecordDeployment', { ...at('beta/sandbox/d2'), kind: 'job', deployment: 'd2' }, () =>
      world.send('UnshareImage', share),
    );
  });

  it('does not end what runs under that name from another image by now', async () => {
    const world = open();
    const deployment = { kind: 'agent', deployment: 'd3' };
    for (const name of ['d3', 'd4'] as const) await world.send('PushTag', tagged(`alpha/sandbox/${name}`, 'v1', 3));
    await twice(world, 'RecordDeployment', { ...at('alpha/sandbox/d3'), ...deployment }, async () => {
      await world.send('RecordDeployment', { ...at('alpha/sandbox/d4'), ...deployment });
      await world.settled();
    });
    await world.settled();
    expect(await world.service.catalog.deployments.get('alpha', 'agent', 'd3')).toMatchObject({
      spec: { image: { name: 'd4' }, digest: digestOf(3) },
    });
    expect(await world.ask('DeleteImage', at('alpha/sandbox/d3'))).toBe('accepted');
  });

  it('retires once: what was deployed since goes on running', async () => {
    const world = open();
    const deployment = { kind: 'agent', deployment: 'd5' };
    for (const name of ['d5', 'd6'] as const) await world.send('PushTag', tagged(`alpha/sandbox/${name}`, 'v1', 3));
    await world.send('RecordDeployment', { ...at('alpha/sandbox/d5'), ...deployment });
    await world.visible();
    await twice(world, 'RetireDeployment', { workspace: 'alpha', ...deployment }, () => world.settled());
    for (const name of ['d5', 'd6'] as const) {
      await world.send('RecordDeployment', { ...at('alpha/sandbox/d5'), ...deployment });
      await world.visible();
      await twice(world, 'RetireDeployment', { workspace: 'alpha', ...deployment }, () =>
        world.send('RecordDeployment', { ...at(`alpha/sandbox/${name}`), ...deployment }),
      );
      await world.settled();
      expect(await world.service.catalog.deployments.get('alpha', 'agent', 'd5')).toMatchObject({
        spec: { image: { name } },
      });
    }
  });

  it('cleans up once: what fell out of use since stays', async () => {
    const world = open();
    for (const name of ['one', 'two']) await world.send('RegisterImage', at(`fort/sandbox/${name}` as SlotName));
    await world.visible();
    const again = await twice(world, 'CleanupImages', { workspace: 'fort' }, async () => {
      await world.send('RegisterImage', at('fort/sandbox/three'));
      await world.visible();
    });
    expect(again).toMatchObject({ result: { deleted: ['fort/sandbox/one', 'fort/sandbox/two'] } });
    expect(await ownersList(world, 'fort')).toEqual(['three']);
  });

  it('is answered the same after a replay of the log into an empty read model', async () => {
    const world = open();
    await world.settled();
    expect(await world.differences()).toEqual([]);
  });
});
