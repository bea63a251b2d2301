import { afterAll, beforeAll } from 'vitest';
import { temporaryDirectory } from './event-store/temporary-directory.js';
import { World } from './world.js';
import type { People } from './world.people.js';

/**
 * One world for all tests of a file. `open()` answers it; tests keep apart by the names of their images.
 * When the tests are over, what stands in the read model must be what the log says.
 */
export function worldOf(people: People): { readonly open: () => World } {
  let world: World | undefined;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>> | undefined;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    world = await World.open({ directory: directory.path, people });
  });

  afterAll(async () => {
    await world?.close();
    await directory?.remove();
  });

  return {
    open: () => {
      if (world === undefined) throw new Error('the world is not there before the tests begin');
      return world;
    },
  };
}

/**
 * Two accounts that take requests, one that trusts its own people, one that keeps to itself. Ann runs alpha and beta
 * and is a member of gamma; Ben runs beta and gamma; Fay runs far; Liv runs lax and Max is only a member there.
 */
export const neighbours: People = {
  accounts: {
    one: { acrossAccounts: 'by-request' },
    two: { acrossAccounts: 'by-request' },
    trusting: { targetAdmin: 'not-required' },
    closed: {},
  },
  workspaces: {
    alpha: { account: 'one', members: { ann: 'admin', max: 'member' } },
    beta: { account: 'one', members: { ann: 'admin', ben: 'admin' } },
    gamma: { account: 'one', members: { ann: 'member', ben: 'admin' } },
    delta: { account: 'one', members: { ann: 'admin' } },
    hidden: { account: 'one', members: { ben: 'admin' } },
    far: { account: 'two', members: { fay: 'admin', max: 'member' } },
    farther: { account: 'two', members: { fay: 'admin' } },
    lax: { account: 'trusting', members: { liv: 'admin' } },
    lazy: { account: 'trusting', members: { otto: 'admin' } },
    fort: { account: 'closed', members: { ann: 'admin', kim: 'admin' } },
  },
};
