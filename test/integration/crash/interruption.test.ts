import { randomUUID } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../src/event-sourcing/faults.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { expectVerified } from '../../support/model.expectations.js';
import { World, at, tagged } from '../../support/world.js';
import type { SlotName } from '../../support/world.js';
import { neighbours } from '../../support/world.in-suite.js';
import { never } from '../../support/world.store.js';

const workspaces = Object.keys(neighbours.workspaces);
const slot = (workspace: string, image: string): SlotName => `${workspace}/sandbox/${image}`;

/** An undertaking that takes more than one append. Its image carries its name. */
interface Undertaking {
  readonly name: string;
  prepare(world: World): Promise<unknown>;
  /** Type and payload of the command that may be interrupted. */
  command(world: World): Promise<readonly [string, object]> | readonly [string, object];
  /** What the command is answered when it is sent again until it gets through. */
  readonly answer: string;
}

async function asked(world: World, image: string): Promise<void> {
  await world.send('RegisterImage', at(slot('alpha', image)));
  await world.send('ShareImage', { ...at(slot('alpha', image)), targetWorkspace: 'far', targetAccountId: 'two' });
}

async function accept(world: World, image: string): Promise<readonly [string, object]> {
  await world.visible();
  const waiting = await world.service.catalog.shares.incoming('far', world.clock.text);
  const shareId = waiting.find(({ imageName }) => imageName === image)?.id;
  return ['AcceptShareRequest', { workspace: 'far', shareId, force: true }];
}

const undertakings: readonly Undertaking[] = [
  {
    name: 'share',
    prepare: (world) => world.send('RegisterImage', at(slot('alpha', 'share'))),
    command: () => ['ShareImage', { ...at(slot('alpha', 'share')), targetWorkspace: 'beta' }],
    answer: 'accepted',
  },
  {
    name: 'unshare',
    prepare: async (world) => {
      await world.send('RegisterImage', at(slot('alpha', 'unshare')));
      await world.send('ShareImage', { ...at(slot('alpha', 'unshare')), targetWorkspace: 'beta' });
    },
    command: () => ['UnshareImage', { ...at(slot('alpha', 'unshare')), targetWorkspace: 'beta' }],
    answer: 'accepted',
  },
  {
    name: 'accept',
    prepare: (world) => asked(world, 'accept'),
    command: (world) => accept(world, 'accept'),
    answer: 'accepted',
  },
  {
    name: 'force',
    prepare: async (world) => {
      await asked(world, 'force');
      await world.send('PushTag', tagged(slot('far', 'force'), 'own', 1));
    },
    command: (world) => accept(world, 'force'),
    answer: 'accepted',
  },
  {
    name: 'move',
    prepare: async (world) => {
      await world.send('PushTag', tagged(slot('alpha', 'move'), 'v1', 1));
      await world.send('PushTag', tagged(slot('alpha', 'base/move'), 'v1', 2));
      const run = { ...at(slot('alpha', 'base/move')), kind: 'agent', deployment: 'mover' };
      await world.send('RecordDeployment', run);
    },
    command: () => ['RecordDeployment', { ...at(slot('alpha', 'move')), kind: 'agent', deployment: 'mover' }],
    answer: 'accepted',
  },
  {
    name: 'cleanup',
    prepare: async (world) => {
      for (const name of ['cleanup', 'a/cleanup', 'b/cleanup'])
        await world.send('RegisterImage', at(slot('fort', name)));
    },
    command: () => ['CleanupImages', { workspace: 'fort' }],
    answer: 'accepted',
  },
];

/** Which undertaking an append belongs to: the last part of the image's name says it. */
function undertakingOf(stream: string): string {
  return stream.slice(stream.lastIndexOf('/') + 1);
}

/** Calls back at the n-th append of every undertaking. */
function atAppend(
  n: number,
  act: (undertaking: string) => Promise<void> | void,
): (stream: string) => Promise<void> | void {
  const counts = new Map<string, number>();
  return (stream) => {
    const name = undertakingOf(stream);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === n ? act(name) : undefined;
  };
}

/** Lets the n-th append of every undertaking hang for ever, and tells when one does. */
function hangingAt(n: number) {
  const told = new Map<string, () => void>();
  const signals = new Map(
    undertakings.map(({ name }) => [name, new Promise<void>((resolve) => told.set(name, resolve))] as const),
  );
  const append = atAppend(n, (name) => {
    told.get(name)?.();
    return never();
  });
  return { append, hangs: (name: string) => signals.get(name) };
}

let prepared: { readonly path: string; remove(): Promise<void> };

beforeAll(async () => {
  prepared = await temporaryDirectory();
  const world = await World.open({ directory: prepared.path, people: neighbours });
  for (const undertaking of undertakings) await undertaking.prepare(world);
  await world.settled();
  await world.close();
});

afterAll(() => prepared.remove());

/** A world on a copy of what was prepared. */
async function copied(): Promise<{
  readonly world: World;
  readonly directory: string;
  readonly remove: () => Promise<void>;
}> {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'data');
  await cp(prepared.path, path, { recursive: true });
  return { world: await World.open({ directory: path }), directory: path, remove: () => directory.remove() };
}

interface Sent {
  readonly undertaking: string;
  readonly id: string;
  readonly command: readonly [string, object];
  /** Resolves when the sender is told something, be it a fault. */
  readonly told: Promise<unknown>;
}

/** Sends all commands at once, without waiting for the answers. */
async function sendAll(world: World): Promise<readonly Sent[]> {
  const commands = await Promise.all(undertakings.map(async (undertaking) => undertaking.command(world)));
  return commands.map((command, index) => {
    const id = randomUUID();
    const [type, data] = command;
    const told = world.ask(type, { ...data }, { id }).catch((fault: unknown) => {
      if (!(fault instanceof StoreUnavailableError)) throw fault;
    });
    return { undertaking: undertakings[index]?.name ?? '', id, command, told };
  });
}

async function resend(world: World, sent: readonly Sent[]): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const { id, command } of sent) {
    const [type, data] = command;
    answers.push(await world.ask(type, { ...data }, { id }));
  }
  return answers;
}

const wanted = undertakings.map(({ answer }) => answer);

describe('a store that cannot take an append', () => {
  it.each([1, 2, 3])(
    'of each undertaking its number %i: what was begun is finished, and the sender can try again',
    async (n) => {
      const { world, remove } = await copied();
      world.store.hooks = {
        before: atAppend(n, () => {
          throw new StoreUnavailableError('the disk is full');
        }),
      };
      const sent = await sendAll(world);
      await Promise.all(sent.map(({ told }) => told));
      world.store.hooks = {};
      await expectVerified(world, workspaces);
      expect(await resend(world, sent)).toEqual(wanted);
      await expectVerified(world, workspaces);
      await world.close();
      await remove();
    },
  );
});

describe('a process that dies', () => {
  const moments = ['before', 'after'] as const;
  const cases = moments.flatMap((moment) => [1, 2, 3].map((n) => [moment, n] as const));

  it.each(cases)('%s append number %i of each undertaking: the next one finishes what was begun', async (moment, n) => {
    const { world, directory, remove } = await copied();
    const { append, hangs } = hangingAt(n);
    world.store.hooks = { [moment]: append };
    const sent = await sendAll(world);
    await Promise.all(sent.map(({ undertaking, told }) => Promise.race([told, hangs(undertaking)])));
    await world.crash();

    const next = await World.open({ directory });
    await expectVerified(next, workspaces);
    expect(await resend(next, sent)).toEqual(wanted);
    await expectVerified(next, workspaces);
    expect(await resend(next, sent)).toEqual(wanted);
    await next.close();
    await remove();
  });
});
