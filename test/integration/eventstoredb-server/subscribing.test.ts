import { setImmediate as nextTurn } from 'node:timers/promises';
import { END, START, TimeoutError, UnknownError, eventTypeFilter, streamNameFilter } from '@eventstore/db-client';
import type { AllStreamSubscription, EventStoreDBClient, Position } from '@eventstore/db-client';
import { describe, expect, test, vi } from 'vitest';
import { events, failureOf, serverAndClient } from './bare-client.js';

interface Told {
  readonly subscription: AllStreamSubscription;
  /** Everything the subscription said, in the order it said it. */
  readonly log: unknown[];
  readonly checkpoints: Position[];
}

/** A subscription to streams named `orders-…` that writes down what it hears. */
function subscribe(
  client: EventStoreDBClient,
  {
    fromPosition = START,
    maxSearchWindow,
    checkpointInterval,
  }: {
    fromPosition?: Position | typeof START | typeof END;
    maxSearchWindow?: number;
    checkpointInterval?: number;
  } = {},
): Told {
  const log: unknown[] = [];
  const checkpoints: Position[] = [];
  const subscription = client.subscribeToAll({
    fromPosition,
    filter: streamNameFilter({
      prefixes: ['orders-'],
      ...(maxSearchWindow === undefined ? {} : { maxSearchWindow }),
      ...(checkpointInterval === undefined ? {} : { checkpointInterval }),
      checkpointReached: (_subscription, position) => {
        log.push('checkpoint');
        checkpoints.push(position);
      },
    }),
  });
  subscription.on('confirmation', () => log.push('confirmation'));
  subscription.on('caughtUp', () => log.push('caughtUp'));
  return { subscription, log, checkpoints };
}

/** Notes events until there are so many. */
async function take({ subscription, log }: Told, count: number): Promise<bigint[]> {
  const commits: bigint[] = [];
  for await (const { event } of subscription) {
    log.push(event?.type);
    commits.push(event?.position.commit ?? -1n);
    if (commits.length === count) break;
  }
  return commits;
}

async function heard({ log }: Told, word: string): Promise<void> {
  await vi.waitFor(() => {
    expect(log).toContain(word);
  });
}

describe('a filtered subscription to $all', () => {
  test('says confirmation, then events and checkpoints by window, then caughtUp, then what is live', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(3));
    await client.appendToStream('other-1', events(2));
    const told = subscribe(client, { maxSearchWindow: 3 });
    const consumed = take(told, 4);
    await heard(told, 'caughtUp');
    await client.appendToStream('orders-1', events(1));
    await consumed;
    expect(told.log).toEqual([
      'confirmation',
      'counted',
      'counted',
      'checkpoint',
      'counted',
      'checkpoint',
      'caughtUp',
      'counted',
    ]);
  });

  test('tells checkpoints with prepare 0 while catching up and prepare = commit once live', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(63));
    const told = subscribe(client);
    const consumed = take(told, 63 + 33);
    await heard(told, 'caughtUp');
    expect(told.checkpoints.map(({ prepare }) => prepare)).toEqual([0n, 0n]);
    await client.appendToStream('orders-1', events(33));
    const commits = await consumed;
    expect(told.checkpoints).toHaveLength(3);
    const [first, second, live] = told.checkpoints;
    expect([first?.commit, second?.commit]).toEqual([commits[31], expect.any(BigInt)]);
    expect(second?.commit).toBeGreaterThan(commits[62] ?? 0n);
    expect(live).toEqual({ commit: commits.at(-2), prepare: commits.at(-2) });
  });

  test('tells checkpoints where nothing matches, a window times the interval apart', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('other-1', events(32 * 6));
    const everyWindow = subscribe(client);
    await heard(everyWindow, 'caughtUp');
    expect(everyWindow.checkpoints).toHaveLength(6);
    const everyThird = subscribe(client, { checkpointInterval: 3 });
    await heard(everyThird, 'caughtUp');
    expect(everyThird.checkpoints).toHaveLength(2);
    await Promise.all([everyWindow.subscription.unsubscribe(), everyThird.subscription.unsubscribe()]);
  });

  test('announces checkpoints and caughtUp ahead of its consumer', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(223));
    const told = subscribe(client);
    const commits: bigint[] = [];
    for await (const { event } of told.subscription) {
      commits.push(event?.position.commit ?? 0n);
      if (commits.length === 215) await heard(told, 'caughtUp');
      if (commits.length === 223) break;
    }
    expect(told.log.at(-1)).toBe('caughtUp');
    expect(told.checkpoints.at(-1)?.commit).toBeGreaterThan(commits.at(-1) ?? 0n);
  });

  test('is exclusive of an event it is resumed from', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(5));
    const commits = await take(subscribe(client), 5);
    const commit = commits[1] ?? 0n;
    const resumed = await take(subscribe(client, { fromPosition: { commit, prepare: commit } }), 3);
    expect(resumed).toEqual(commits.slice(2));
  });

  test('loses nothing when it is resumed from a checkpoint', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(40));
    const told = subscribe(client);
    const commits = await take(told, 40);
    const [checkpoint] = told.checkpoints;
    if (checkpoint === undefined) throw new Error('a window of 32 was searched');
    const rest = commits.filter((commit) => commit >= checkpoint.commit);
    expect(rest.length).toBeGreaterThan(0);
    expect(await take(subscribe(client, { fromPosition: checkpoint }), rest.length)).toEqual(rest);
  });

  test('begins behind everything at the end', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(5));
    const told = subscribe(client, { fromPosition: END });
    const consumed = take(told, 1);
    await heard(told, 'caughtUp');
    const { position } = await client.appendToStream('orders-1', events(1));
    expect(await consumed).toEqual([position?.commit]);
  });

  test('from a position inside a record fails', async () => {
    const { client } = await serverAndClient();
    const { position } = await client.appendToStream('orders-1', events(2));
    const commit = (position?.commit ?? 0n) - 1n;
    const error = await failureOf(take(subscribe(client, { fromPosition: { commit, prepare: commit } }), 1));
    expect(error).toBeInstanceOf(UnknownError);
    expect(error).toMatchObject({ message: '2 UNKNOWN: Exception was thrown by handler.' });
  });

  test('from a position beyond the end is confirmed, caught up and silent until the log has grown past it', async () => {
    const { client } = await serverAndClient();
    const { position } = await client.appendToStream('orders-1', events(1));
    const commit = (position?.commit ?? 0n) + 3_000n;
    const told = subscribe(client, { fromPosition: { commit, prepare: commit }, maxSearchWindow: 1 });
    const consumed = take(told, 1);
    await heard(told, 'caughtUp');
    await client.appendToStream('orders-1', events(2));
    await client.appendToStream('orders-1', events(1, { pad: 4_000 }));
    const { position: past } = await client.appendToStream('orders-1', events(1));
    expect(await consumed).toEqual([past?.commit]);
    expect(told.log.slice(0, 3)).toEqual(['confirmation', 'caughtUp', 'counted']);
  });

  test('carries the tombstone of a stream it follows, at the largest revision', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(1));
    await client.tombstoneStream('orders-1');
    const seen: unknown[] = [];
    for await (const { event } of subscribe(client).subscription) {
      seen.push([event?.type, event?.revision]);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([
      ['counted', 0n],
      ['$streamDeleted', 9_223_372_036_854_775_807n],
    ]);
  });

  test('can go by event type and by pattern', async () => {
    const { client } = await serverAndClient();
    await client.appendToStream('orders-1', events(1));
    const subscription = client.subscribeToAll({ filter: eventTypeFilter({ regex: '^[^$]' }) });
    for await (const { event } of subscription) {
      expect(event?.type).toBe('counted');
      break;
    }
  });

  test('stays open at the server when its consumer leaves, until it is unsubscribed', async () => {
    const { server, client } = await serverAndClient();
    await client.appendToStream('orders-1', events(2));
    const { subscription } = subscribe(client);
    for await (const event of subscription) {
      expect(event.event?.revision).toBe(0n);
      break;
    }
    expect(subscription.destroyed).toBe(true);
    expect(server.subscriptions.size).toBe(1);
    await subscription.unsubscribe();
    await vi.waitFor(() => {
      expect(server.subscriptions.size).toBe(0);
    });
  });
});

describe('a subscription that ends', () => {
  test('is dropped by the server when its consumer is too slow while live', async () => {
    const { server, client } = await serverAndClient();
    const told = subscribe(client);
    await heard(told, 'caughtUp');
    await vi.waitFor(
      async () => {
        await client.appendToStream('orders-1', events(8, { pad: 20_000 }));
        expect(server.subscriptions.size).toBe(0);
      },
      { timeout: 20_000, interval: 1 },
    );
    const error = await failureOf(take(told, Number.POSITIVE_INFINITY));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      message:
        '10 ABORTED: Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
    });
  });

  test('is not dropped while it reads the past, however slowly', async () => {
    const { server, client } = await serverAndClient();
    for (let n = 0; n < 10; n += 1) await client.appendToStream('orders-1', events(40, { pad: 5_000 }));
    const told = subscribe(client);
    let seen = 0;
    for await (const event of told.subscription) {
      if (seen === 0) await client.appendToStream('orders-1', events(40));
      expect(event.event?.revision).toBe(BigInt(seen));
      seen += 1;
      if (seen === 440) break;
      await nextTurn();
    }
    expect(seen).toBe(440);
    expect(server.database.length).toBe(441);
  });

  test('can be dropped at will, all the same', async () => {
    const { server, client } = await serverAndClient();
    const told = subscribe(client);
    const dropped = failureOf(take(told, 1));
    await heard(told, 'caughtUp');
    server.dropSubscriptions();
    expect(await dropped).toBeInstanceOf(TimeoutError);
  });

  test('can end without an error', async () => {
    const { server, client } = await serverAndClient();
    const told = subscribe(client);
    const consumed = take(told, 1);
    await heard(told, 'caughtUp');
    server.endSubscriptions();
    expect(await consumed).toEqual([]);
  });

  test('ends with dispose(), and the client works on', async () => {
    const { client } = await serverAndClient();
    const told = subscribe(client);
    const consumed = take(told, 1);
    await heard(told, 'caughtUp');
    await client.dispose();
    expect(await consumed).toEqual([]);
    expect(await client.appendToStream('orders-1', events(1))).toMatchObject({ success: true });
  });
});
