import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { inAWord } from '../../support/world.js';
import { at, tagged } from '../../support/world.js';
import type { SlotName, World } from '../../support/world.js';
import { neighbours, worldOf } from '../../support/world.in-suite.js';
import { expectInOrder, expectVerified } from '../../support/model.expectations.js';

const { open } = worldOf(neighbours);
const workspaces = Object.keys(neighbours.workspaces);
const times = 12;

afterEach(async () => {
  const world = open();
  world.store.hooks = {};
  await expectInOrder(world, workspaces);
});

/** Makes every append take a little longer or shorter, so that what runs at once meets in many ways. */
function shake(world: World): void {
  const wait = () => pause(Math.floor(Math.random() * 4));
  world.store.hooks = { before: wait, after: wait };
}

/** Many images, each with the same race on it; all at once. Answers what each race was answered. */
async function races(
  world: World,
  name: string,
  prepare: (image: string) => Promise<unknown>,
  race: (image: string) => readonly Promise<string>[],
): Promise<readonly (readonly string[])[]> {
  const images = Array.from({ length: times }, (_, n) => `${name}-${n}`);
  for (const image of images) await prepare(image);
  await world.visible();
  shake(world);
  const answers = await Promise.all(images.map((image) => Promise.all(race(image))));
  world.store.hooks = {};
  return answers;
}

const slot = (workspace: string, image: string): SlotName => `${workspace}/sandbox/${image}`;

async function asked(world: World, image: string): Promise<string> {
  await world.send('RegisterImage', at(slot('alpha', image)));
  const to = { targetWorkspace: 'far', targetAccountId: 'two' };
  const answer = await world.send('ShareImage', { ...at(slot('alpha', image)), ...to });
  const shareId = answer.kind === 'rejected' ? undefined : answer.result?.['shareId'];
  if (typeof shareId !== 'string') throw new Error('it was not asked');
  return shareId;
}

describe('at once', () => {
  it('share and register in the target: one of them holds the name', async () => {
    const world = open();
    const answers = await races(
      world,
      'register',
      (image) => world.send('RegisterImage', at(slot('alpha', image))),
      (image) => [
        world.ask('ShareImage', { ...at(slot('alpha', image)), targetWorkspace: 'beta' }),
        world.ask('RegisterImage', at(slot('beta', image))),
      ],
    );
    for (const pair of answers) {
      expect([...pair].sort()).toEqual(['accepted', 'name-taken']);
    }
  });

  it('shares of two owners with one target: one of them arrives', async () => {
    const world = open();
    const answers = await races(
      world,
      'owners',
      async (image) => {
        await world.send('RegisterImage', at(slot('alpha', image)));
        await world.send('RegisterImage', at(slot('gamma', image)));
      },
      (image) =>
        ['alpha', 'gamma'].map((owner) =>
          world.ask('ShareImage', { ...at(slot(owner, image)), targetWorkspace: 'beta' }),
        ),
    );
    for (const pair of answers) expect([...pair].sort()).toEqual(['accepted', 'name-taken']);
  });

  it('two shares with one target: one share, both answered so', async () => {
    const world = open();
    const answers = await races(
      world,
      'double',
      (image) => world.send('RegisterImage', at(slot('alpha', image))),
      (image) => [1, 2, 3].map(() => world.ask('ShareImage', { ...at(slot('alpha', image)), targetWorkspace: 'beta' })),
    );
    for (const three of answers) expect([...three].sort()).toEqual(['accepted', 'already-so', 'already-so']);
  });

  it('share and unshare, over and over: both slots agree in the end', async () => {
    const world = open();
    const answers = await races(
      world,
      'flutter',
      (image) => world.send('RegisterImage', at(slot('alpha', image))),
      (image) =>
        ['ShareImage', 'UnshareImage', 'ShareImage', 'UnshareImage', 'ShareImage'].map((type) =>
          world.ask(type, { ...at(slot('alpha', image)), targetWorkspace: 'beta' }),
        ),
    );
    for (const five of answers) {
      for (const answer of five) expect(['accepted', 'already-so', 'share-not-found']).toContain(answer);
    }
  });

  it('share and delete: a shared image is not deleted, a deleted one is not shared', async () => {
    const world = open();
    const answers = await races(
      world,
      'delete',
      (image) => world.send('PushTag', tagged(slot('alpha', image), 'v1', 1)),
      (image) => [
        world.ask('ShareImage', { ...at(slot('alpha', image)), targetWorkspace: 'beta' }),
        world.ask('DeleteImage', at(slot('alpha', image))),
      ],
    );
    for (const pair of answers) {
      expect(['accepted/image-shared', 'image-not-found/accepted']).toContain(pair.join('/'));
    }
  });

  it('push and share: the tag is there for both', async () => {
    const world = open();
    const answers = await races(
      world,
      'push',
      (image) => world.send('RegisterImage', at(slot('alpha', image))),
      (image) => [
        world.ask('PushTag', tagged(slot('alpha', image), 'v1', 1)),
        world.ask('ShareImage', { ...at(slot('alpha', image)), targetWorkspace: 'beta' }),
        world.ask('PushTag', tagged(slot('alpha', image), 'v2', 2)),
      ],
    );
    for (const three of answers) expect(three).toEqual(['accepted', 'accepted', 'accepted']);
    await world.settled();
    for (const { metadata, spec } of await world.list('beta')) {
      if (metadata.name.startsWith('push-')) expect(spec.tags.map(({ name }) => name).sort()).toEqual(['v1', 'v2']);
    }
  });

  it('deploy and unshare: nothing runs from what is not there', async () => {
    const world = open();
    const answers = await races(
      world,
      'run',
      async (image) => {
        await world.send('PushTag', tagged(slot('alpha', image), 'v1', 1));
        await world.send('ShareImage', { ...at(slot('alpha', image)), targetWorkspace: 'beta' });
      },
      (image) => [
        world.ask('UnshareImage', { ...at(slot('alpha', image)), targetWorkspace: 'beta' }),
        world.ask('RecordDeployment', { ...at(slot('beta', image)), kind: 'agent', deployment: image }),
      ],
    );
    for (const [unshared, run] of answers) {
      expect(unshared).toBe('accepted');
      expect(['accepted', 'image-not-found']).toContain(run);
    }
    expect(await world.service.catalog.deployments.list('beta', { kind: 'agent' })).toEqual({ deployments: [] });
  });

  it('one request accepted twice, forced: one share, and the target lost its own image once', async () => {
    const world = open();
    const ids = new Map<string, string>();
    const answers = await races(
      world,
      'twice',
      async (image) => {
        await world.send('RegisterImage', at(slot('far', image)));
        ids.set(image, await asked(world, image));
      },
      (image) =>
        [1, 2].map(() =>
          world.ask('AcceptShareRequest', { workspace: 'far', shareId: ids.get(image), force: true }, { as: 'fay' }),
        ),
    );
    for (const pair of answers) expect([...pair].sort()).toEqual(['accepted', 'already-so']);
    for (const image of ids.keys()) {
      expect(await world.plot(slot('far', image))).toEqual(['ImageRegistered', 'ImageDeleted', 'SharedImageReceived']);
    }
  });

  it('accept, decline and withdraw: exactly one of them', async () => {
    const world = open();
    const ids = new Map<string, string>();
    const answers = await races(
      world,
      'answer',
      async (image) => ids.set(image, await asked(world, image)),
      (image) => [
        world.ask('AcceptShareRequest', { workspace: 'far', shareId: ids.get(image) }),
        world.ask('DeclineShareRequest', { workspace: 'far', shareId: ids.get(image) }),
        world.ask('UnshareImage', { ...at(slot('alpha', image)), targetWorkspace: 'far' }),
      ],
    );
    for (const [accepted, declined, ended] of answers) {
      // What was accepted can still be ended by the owner right after.
      const outcome = `${accepted ?? ''} ${declined ?? ''} ${ended ?? ''}`;
      expect([
        'accepted share-not-found accepted',
        'share-not-found accepted share-not-found',
        'share-not-found share-not-found accepted',
      ]).toContain(outcome);
    }
  });

  it('accept and register in the target: one of them holds the name', async () => {
    const world = open();
    const ids = new Map<string, string>();
    const answers = await races(
      world,
      'arrive',
      async (image) => ids.set(image, await asked(world, image)),
      (image) => [
        world.ask('AcceptShareRequest', { workspace: 'far', shareId: ids.get(image) }),
        world.ask('RegisterImage', at(slot('far', image))),
      ],
    );
    for (const pair of answers) expect([...pair].sort()).toEqual(['accepted', 'name-taken']);
  });

  it('the same command several times: one effect and one answer', async () => {
    const world = open();
    const commands: readonly (readonly [string, (image: string) => object])[] = [
      ['RegisterImage', (image) => at(slot('delta', image))],
      ['PushTag', (image) => tagged(slot('alpha', image), 'v2', 2)],
      ['ShareImage', (image) => ({ ...at(slot('alpha', image)), targetWorkspace: 'beta' })],
      ['RecordDeployment', (image) => ({ ...at(slot('alpha', image)), kind: 'job', deployment: image })],
      ['RetireDeployment', (image) => ({ workspace: 'alpha', kind: 'job', deployment: image })],
      ['UnshareImage', (image) => ({ ...at(slot('alpha', image)), targetWorkspace: 'beta' })],
      ['DeleteTag', (image) => ({ ...at(slot('alpha', image)), tag: 'v1' })],
      ['DeleteImage', (image) => at(slot('alpha', image))],
    ];
    const images = Array.from({ length: 4 }, (_, n) => `same-${n}`);
    for (const image of images) await world.send('PushTag', tagged(slot('alpha', image), 'v1', 1));
    shake(world);
    for (const [type, data] of commands) {
      await Promise.all(
        images.map(async (image) => {
          const id = randomUUID();
          const answers = await Promise.all([1, 2, 3, 4].map(() => world.send(type, { ...data(image) }, { id })));
          const revisions = answers.map((answer) => (answer.kind === 'rejected' ? inAWord(answer) : answer.revision));
          expect(answers.map(inAWord)).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
          expect(new Set(revisions).size).toBe(1);
        }),
      );
    }
  });

  it('one cleanup several times: all of them name all that went', async () => {
    const world = open();
    const names = ['fort/sandbox/c1', 'fort/sandbox/c2', 'fort/sandbox/c3'] as const;
    for (const name of names) await world.send('RegisterImage', at(name));
    await world.visible();
    const id = randomUUID();
    const answers = await Promise.all([1, 2, 3].map(() => world.send('CleanupImages', { workspace: 'fort' }, { id })));
    for (const answer of answers) expect(answer).toMatchObject({ kind: 'accepted', result: { deleted: [...names] } });
  });

  it('leaves a read model that a replay confirms', async () => {
    await expectVerified(open(), workspaces);
  });
});

describe('a share that is on its way out', () => {
  it('makes room for the next one', async () => {
    const world = open();
    const share = { ...at('alpha/job/next'), targetWorkspace: 'beta' };
    await world.send('RegisterImage', at('alpha/job/next'));
    await world.send('ShareImage', share);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    world.store.hooks = {
      before: (stream, [event]) =>
        stream.endsWith('beta/job/next') && event?.type === 'SharedImageRevoked' ? held : undefined,
    };
    const ending = world.ask('UnshareImage', share);
    await expect.poll(async () => (await world.plot('alpha/job/next')).at(-1)).toBe('ImageUnshared');
    const sharing = world.ask('ShareImage', share);
    release();
    expect(await Promise.all([ending, sharing])).toEqual(['accepted', 'accepted']);
    await world.settled();
    expect((await world.plot('beta/job/next')).at(-1)).toBe('SharedImageReceived');
  });
});
