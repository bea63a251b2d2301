import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { LoggedDelivery } from '../../../src/webhooks/deliveries/delivery-log.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { Receiver } from '../../support/webhooks/receiver.js';
import { World, tagged } from '../../support/world.js';
import type { SlotName } from '../../support/world.js';
import { textOf } from '../workspaces/in-world.js';

export const people = {
  accounts: { one: {} },
  workspaces: {
    alpha: { account: 'one', members: { ann: 'admin', max: 'member' } },
    beta: { account: 'one', members: { ann: 'admin' } },
  },
} as const;

/** Receivers on this machine are allowed, and attempts follow at once upon each other. */
export const quick = {
  TAGALONG_WEBHOOK_PRIVATE_ADDRESSES: '127.0.0.1/32',
  TAGALONG_WEBHOOK_RETRY_SECONDS: '0.02,0.02,0.02',
  TAGALONG_WEBHOOK_TIMEOUT_MS: '400',
};

/** A world with a receiver for each test. */
export interface HookedWorld {
  readonly world: () => World;
  readonly receiver: () => Receiver;
  /** A webhook of a workspace to this test's receiver. Answers its id. */
  readonly hook: (workspace: string, more?: Readonly<Record<string, unknown>>) => Promise<string>;
  /** What is logged of a webhook, the latest first. */
  readonly deliveries: (workspace: string, webhookId: string) => Promise<readonly LoggedDelivery[]>;
  /** `enabled`, or why it is not. */
  readonly stateOf: (workspace: string, webhookId: string) => Promise<string>;
  /** Pushes tags to an image, one after another. */
  readonly push: (slot: SlotName, ...tags: readonly string[]) => Promise<void>;
}

/** One world for all tests of a file; webhooks go when a test is over. */
export function hookedWorld(env: Readonly<Record<string, string>> = quick): HookedWorld {
  let world: World | undefined;
  let receiver: Receiver | undefined;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>> | undefined;
  const hooks: { readonly workspace: string; readonly webhookId: string }[] = [];
  let digest = 0;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    world = await World.open({ directory: directory.path, people, env });
  });
  beforeEach(async () => {
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    for (const place of hooks.splice(0)) await world?.ask('DeleteWebhook', place);
    await receiver?.stop();
  });
  afterAll(async () => {
    await world?.close();
    await directory?.remove();
  });

  const there = <T>(thing: T | undefined): T => {
    if (thing === undefined) throw new Error('it is not there before the tests begin');
    return thing;
  };
  return {
    world: () => there(world),
    receiver: () => there(receiver),
    async hook(workspace, more = {}) {
      const answer = await there(world).send('CreateWebhook', { workspace, url: there(receiver).url, ...more });
      const webhookId = textOf(answer, 'webhookId');
      hooks.push({ workspace, webhookId });
      return webhookId;
    },
    async deliveries(workspace, webhookId) {
      const { reader } = there(world).service.webhooks;
      return reader.deliveries(await reader.get(workspace, webhookId), { limit: 100 });
    },
    async stateOf(workspace, webhookId) {
      return (await there(world).service.webhooks.reader.get(workspace, webhookId)).disabledReason ?? 'enabled';
    },
    async push(slot, ...tags) {
      for (const tag of tags) {
        digest += 1;
        const outcome = await there(world).ask('PushTag', tagged(slot, tag, digest));
        if (outcome !== 'accepted') throw new Error(`${slot}:${tag} was not pushed: ${outcome}`);
      }
    },
  };
}

/** Asks until an answer is the one that is waited for; a test that waits for ever runs into its time-out. */
export async function until<T>(ask: () => Promise<T> | T, holds: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
