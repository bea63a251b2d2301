import { describe, expect, it } from 'vitest';
import { at } from '../../support/world.js';
import { neighbours, worldOf } from '../../support/world.in-suite.js';

const { open } = worldOf(neighbours);

/** Targets Ann cannot share alpha's image with, for one reason each; none of them may show. */
const unavailable: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['a workspace that never was', { targetWorkspace: 'nowhere' }],
  ['one of the account that she is not a member of', { targetWorkspace: 'hidden' }],
  ['one of another account, without its id', { targetWorkspace: 'far' }],
  ['one of another account, with a wrong id', { targetWorkspace: 'far', targetAccountId: 'three' }],
  ['one of another account, with the id of her own', { targetWorkspace: 'far', targetAccountId: 'one' }],
  ['one of an account that takes no requests', { targetWorkspace: 'lax', targetAccountId: 'trusting' }],
  [
    'one of an account that takes no requests, where she is an admin',
    { targetWorkspace: 'fort', targetAccountId: 'closed' },
  ],
  ['one of her account, with the id of another', { targetWorkspace: 'beta', targetAccountId: 'two' }],
  ['one that never was, with an id', { targetWorkspace: 'nowhere', targetAccountId: 'two' }],
];

describe('a target that one cannot share with', () => {
  it.each(unavailable)('is %s: the answer is always the same', async (_, target) => {
    const world = open();
    await world.send('RegisterImage', at('alpha/sandbox/probe'));
    for (const name of ['probe', 'absent'] as const) {
      const answer = await world.send('ShareImage', { ...at(`alpha/sandbox/${name}`), ...target }, { as: 'ann' });
      expect(answer).toEqual({
        kind: 'rejected',
        rejection: {
          code: 'target-not-available',
          category: 'invalid',
          message: `Workspace ${target['targetWorkspace'] ?? ''} is not one you can share with. It must exist in the same account and you must be an admin of it; another account must allow requests, and its account id must be given.`,
        },
      });
    }
    expect(await world.plot('alpha/sandbox/probe')).toEqual(['ImageRegistered']);
  });

  it('does not show by whether the name is taken there', async () => {
    const world = open();
    await world.send('RegisterImage', at('hidden/sandbox/probe'));
    await world.send('RegisterImage', at('far/sandbox/probe'));
    await world.send('RegisterImage', at('alpha/sandbox/probe'));
    const ask = (target: object) => world.ask('ShareImage', { ...at('alpha/sandbox/probe'), ...target }, { as: 'ann' });
    expect(await ask({ targetWorkspace: 'hidden' })).toBe('target-not-available');
    expect(await ask({ targetWorkspace: 'far', targetAccountId: 'two' })).toBe('accepted');
  });

  it('is told from one where the sender is a member, who knows it anyway', async () => {
    const world = open();
    const answer = await world.send(
      'ShareImage',
      { ...at('alpha/sandbox/probe'), targetWorkspace: 'gamma' },
      { as: 'ann' },
    );
    expect(answer).toMatchObject({ kind: 'rejected', rejection: { code: 'forbidden' } });
  });

  it('does not show in unsharing either', async () => {
    const world = open();
    for (const targetWorkspace of ['nowhere', 'hidden', 'lax']) {
      const answer = await world.send('UnshareImage', { ...at('alpha/sandbox/probe'), targetWorkspace }, { as: 'ann' });
      expect(answer).toMatchObject({ kind: 'rejected', rejection: { code: 'share-not-found' } });
    }
  });

  it('has no image for those outside: a foreign source is answered like one that never was', async () => {
    const world = open();
    const share = async (workspace: string) => {
      const answer = await world.send(
        'ShareImage',
        { workspace, resourceType: 'sandbox', name: 'probe', targetWorkspace: 'alpha' },
        { as: 'ann' },
      );
      return JSON.stringify(answer).replaceAll(workspace, 'W');
    };
    expect(await share('hidden')).toBe(await share('nowhere'));
  });
});
