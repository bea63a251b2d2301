import { describe, expect, it } from 'vitest';
import { at, tagged } from '../../support/world.js';
import type { SlotName, World } from '../../support/world.js';
import { neighbours, worldOf } from '../../support/world.in-suite.js';

const { open } = worldOf(neighbours);

const day = 86_400_000;

/** Asks far to take an image of alpha. Answers the request's id. */
async function request(world: World, slot: SlotName, target = 'far'): Promise<string> {
  await world.send('PushTag', tagged(slot, 'v1', 1));
  const answer = await world.send(
    'ShareImage',
    { ...at(slot), targetWorkspace: target, targetAccountId: 'two' },
    { as: 'ann' },
  );
  expect(answer).toMatchObject({ kind: 'accepted', result: { share: 'pending' } });
  const shareId = answer.kind === 'rejected' ? undefined : answer.result?.['shareId'];
  if (typeof shareId !== 'string') throw new Error('it was not asked');
  return shareId;
}

async function names(world: World, workspace: string): Promise<readonly string[]> {
  await world.visible();
  return (await world.list(workspace)).map(({ metadata }) => metadata.name);
}

describe('sharing with another account', () => {
  it('gives nothing and takes no name until it is accepted', async () => {
    const world = open();
    const shareId = await request(world, 'alpha/sandbox/asked');
    expect(await names(world, 'far')).not.toContain('asked');
    expect(await world.ask('RegisterImage', at('far/sandbox/asked'), { as: 'fay' })).toBe('accepted');
    expect(await world.ask('DeleteImage', at('far/sandbox/asked'), { as: 'fay' })).toBe('accepted');

    expect(await world.ask('AcceptShareRequest', { workspace: 'far', shareId }, { as: 'max' })).toBe('admin-required');
    expect(await world.ask('AcceptShareRequest', { workspace: 'far', shareId }, { as: 'ann' })).toBe(
      'workspace-forbidden',
    );
    expect(await world.ask('AcceptShareRequest', { workspace: 'farther', shareId }, { as: 'fay' })).toBe(
      'share-not-found',
    );
    const accepted = await world.send('AcceptShareRequest', { workspace: 'far', shareId }, { as: 'fay' });
    if (accepted.kind === 'rejected') throw new Error(accepted.rejection.message);
    await world.service.readYourWrites.passed(accepted.position);
    expect((await world.list('far')).filter(({ metadata }) => metadata.name === 'asked')).toMatchObject([
      { metadata: { sourceWorkspace: 'alpha' }, spec: { tags: [{ name: 'v1' }] } },
    ]);
    expect(await world.ask('AcceptShareRequest', { workspace: 'far', shareId }, { as: 'fay' })).toBe('already-so');
    expect(await world.ask('DeclineShareRequest', { workspace: 'far', shareId }, { as: 'fay' })).toBe(
      'share-not-found',
    );
  });

  it('answers a request that waits with the same request', async () => {
    const world = open();
    const shareId = await request(world, 'alpha/sandbox/patient');
    const again = await world.send('ShareImage', {
      ...at('alpha/sandbox/patient'),
      targetWorkspace: 'far',
      targetAccountId: 'two',
    });
    expect(again).toMatchObject({ kind: 'already-so', result: { share: 'pending', shareId } });
  });

  it('can be declined, once', async () => {
    const world = open();
    const shareId = await request(world, 'alpha/sandbox/unwanted');
    expect(await world.ask('DeclineShareRequest', { workspace: 'far', shareId }, { as: 'fay' })).toBe('accepted');
    expect(await world.ask('DeclineShareRequest', { workspace: 'far', shareId }, { as: 'fay' })).toBe(
      'share-not-found',
    );
    expect(await world.ask('AcceptShareRequest', { workspace: 'far', shareId }, { as: 'fay' })).toBe('share-not-found');
    expect(await world.plot('far/sandbox/unwanted')).toEqual([]);
  });

  it('can be withdrawn by the owner alone, and ends with the image', async () => {
    const world = open();
    const share = { ...at('alpha/sandbox/regretted'), targetWorkspace: 'far' };
    const shareId = await request(world, 'alpha/sandbox/regretted');
    expect(await world.ask('UnshareImage', share, { as: 'fay' })).toBe('workspace-forbidden');
    expect(await world.ask('UnshareImage', share, { as: 'ann' })).toBe('accepted');
    expect(await world.ask('AcceptShareRequest', { workspace: 'far', shareId }, { as: 'fay' })).toBe('share-not-found');
    const other = await request(world, 'alpha/sandbox/regretted');
    expect(await world.ask('DeleteImage', at('alpha/sandbox/regretted'))).toBe('accepted');
    expect(await world.ask('AcceptShareRequest', { workspace: 'far', shareId: other })).toBe('share-not-found');
    expect((await world.plot('alpha/sandbox/regretted')).slice(-2)).toEqual(['ShareRequestWithdrawn', 'ImageDeleted']);
  });

  it('lets the owner end what was accepted without the other account', async () => {
    const world = open();
    const shareId = await request(world, 'alpha/sandbox/lent');
    await world.send('AcceptShareRequest', { workspace: 'far', shareId }, { as: 'fay' });
    expect(
      await world.ask('UnshareImage', { ...at('alpha/sandbox/lent'), targetWorkspace: 'far' }, { as: 'ann' }),
    ).toBe('accepted');
    expect(await names(world, 'far')).not.toContain('lent');
  });

  it('is refused where the target owns the name, unless it is forced', async () => {
    const world = open();
    const own = 'far/sandbox/contested';
    const accept = { workspace: 'far', shareId: await request(world, 'alpha/sandbox/contested') };
    await world.send('PushTag', tagged(own, 'mine', 9), { as: 'fay' });
    expect(await world.ask('AcceptShareRequest', accept, { as: 'fay' })).toBe('name-taken');
    expect(await world.plot(own)).toEqual(['ImageRegistered', 'TagPushed']);

    await world.send('RecordDeployment', { ...at(own), kind: 'job', deployment: 'own-run' }, { as: 'fay' });
    expect(await world.ask('AcceptShareRequest', { ...accept, force: true }, { as: 'fay' })).toBe('image-in-use');
    await world.send('RetireDeployment', { workspace: 'far', kind: 'job', deployment: 'own-run' }, { as: 'fay' });
    await world.send('ShareImage', { ...at(own), targetWorkspace: 'farther' }, { as: 'fay' });
    expect(await world.ask('AcceptShareRequest', { ...accept, force: true }, { as: 'fay' })).toBe('image-shared');
    await world.send('UnshareImage', { ...at(own), targetWorkspace: 'farther' }, { as: 'fay' });

    expect(await world.ask('AcceptShareRequest', { ...accept, force: true }, { as: 'fay' })).toBe('accepted');
    expect((await world.plot(own)).slice(-2)).toEqual(['ImageDeleted', 'SharedImageReceived']);
  });

  it.each(['one', 'two'])(
    'cannot be accepted once account %s has closed itself, and costs nothing',
    async (accountId) => {
      const world = open();
      const [slot, own] = [`alpha/sandbox/closed-${accountId}`, `far/sandbox/closed-${accountId}`] as const;
      const shareId = await request(world, slot);
      await world.send('RegisterImage', at(own), { as: 'fay' });
      await world.send('ChangeSharingPolicy', { accountId, acrossAccounts: 'forbidden' });
      const accept = { workspace: 'far', shareId, force: true };
      expect(await world.ask('AcceptShareRequest', accept, { as: 'fay' })).toBe('sharing-forbidden');
      expect(await world.plot(own)).toEqual(['ImageRegistered']);
      await world.send('ChangeSharingPolicy', { accountId, acrossAccounts: 'by-request' });
      expect(await world.ask('AcceptShareRequest', accept, { as: 'fay' })).toBe('accepted');
      await world.send('ChangeSharingPolicy', { accountId, acrossAccounts: 'forbidden' });
      expect(await world.ask('AcceptShareRequest', accept, { as: 'fay' })).toBe('already-so');
      expect(await names(world, 'far')).toContain(`closed-${accountId}`);
      await world.send('ChangeSharingPolicy', { accountId, acrossAccounts: 'by-request' });
    },
  );

  it('is refused where another share holds the name, forced or not', async () => {
    const world = open();
    await world.send('RegisterImage', at('farther/sandbox/held'), { as: 'fay' });
    await world.send('ShareImage', { ...at('farther/sandbox/held'), targetWorkspace: 'far' }, { as: 'fay' });
    const accept = { workspace: 'far', shareId: await request(world, 'alpha/sandbox/held') };
    expect(await world.ask('AcceptShareRequest', { ...accept, force: true }, { as: 'fay' })).toBe('name-taken');
    expect(await world.plot('alpha/sandbox/held')).toEqual(['ImageRegistered', 'TagPushed', 'ShareRequested']);
  });

  it('expires: it is gone for both sides, cannot be accepted, and deletes nothing when that is forced', async () => {
    const world = open();
    const own = 'far/sandbox/late';
    const shareId = await request(world, 'alpha/sandbox/late');
    await world.send('RegisterImage', at(own));
    const arrives = new Date(world.clock.now() + 7 * day).toISOString();
    const accept = { workspace: 'far', shareId, force: true };
    expect(await world.ask('AcceptShareRequest', accept, { as: 'fay', arrives })).toBe('share-expired');
    expect(await world.ask('DeclineShareRequest', { workspace: 'far', shareId }, { as: 'fay', arrives })).toBe(
      'share-expired',
    );
    expect(await world.plot(own)).toEqual(['ImageRegistered']);
    await world.visible();
    expect((await world.service.catalog.shares.incoming('far', arrives)).map(({ imageName }) => imageName)).toEqual([]);
  });

  it('keeps its moment of expiry when clocks are put back', async () => {
    const world = open();
    const slot = 'alpha/sandbox/backwards';
    const shareId = await request(world, slot);
    const at0 = world.clock.now();
    world.clock.advance(-30 * day);
    await world.settled();
    expect((await world.plot(slot)).at(-1)).toBe('ShareRequested');
    const again = { ...at(slot), targetWorkspace: 'far', targetAccountId: 'two' };
    expect(await world.send('ShareImage', again)).toMatchObject({ kind: 'already-so', result: { shareId } });
    const accept = { workspace: 'far', shareId };
    const late = new Date(at0 + 7 * day).toISOString();
    expect(await world.ask('AcceptShareRequest', accept, { as: 'fay', arrives: late })).toBe('share-expired');
    expect(await world.ask('AcceptShareRequest', accept, { as: 'fay' })).toBe('accepted');
    expect(await names(world, 'far')).toContain('backwards');
    world.clock.advance(30 * day);
  });

  it('puts the expiry on record without anyone asking', async () => {
    const world = open();
    const slot = 'alpha/sandbox/forgotten';
    const others = ['alpha/sandbox/answered', 'alpha/sandbox/taken-up'] as const;
    await request(world, slot);
    const declined = await request(world, others[0]);
    const accepted = await request(world, others[1]);
    await world.send('DeclineShareRequest', { workspace: 'far', shareId: declined });
    await world.send('AcceptShareRequest', { workspace: 'far', shareId: accepted });
    world.clock.advance(6 * day);
    await world.settled();
    expect((await world.plot(slot)).at(-1)).toBe('ShareRequested');
    world.clock.advance(day);
    await expect.poll(async () => (await world.plot(slot)).at(-1), { timeout: 10_000 }).toBe('ShareRequestExpired');
    await world.settled();
    expect(
      await world.service.catalog.shares.targets(
        { workspace: 'alpha', resourceType: 'sandbox', name: 'forgotten' },
        '',
      ),
    ).toEqual([]);
    for (let minute = 0; minute < 3; minute++) {
      world.clock.advance(60_000);
      await world.settled();
    }
    expect((await world.plot(slot)).filter((type) => type === 'ShareRequestExpired')).toHaveLength(1);
    expect((await world.plot(others[1])).at(-1)).toBe('ImageShared');
    const { position } = (await world.log()).find(({ type }) => type === 'ShareRequestExpired') ?? {};
    expect(position).toBeDefined();
    await request(world, slot);
  });

  it('leaves a read model that a replay confirms', async () => {
    const world = open();
    await world.settled();
    expect(await world.differences()).toEqual([]);
  });
});
