import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventStoreDbEventStore } from '../../../src/event-store/eventstoredb/eventstoredb.event-store.js';
import { events, idsOf, wholeLog } from '../../support/event-store/events.js';
import { Load } from '../../support/event-store/load.js';
import { EventStoreDbCluster } from '../../support/eventstoredb/cluster.js';

const writers = 64;

/** As long as real nodes take, about: until they know that their leader is gone, and until they have another. */
const unnoticed = 700;
const election = 700;

describe('an EventStoreDB cluster under load', { timeout: 90_000 }, () => {
  let cluster: EventStoreDbCluster;
  let store: EventStoreDbEventStore;
  let following: AbortController;

  beforeEach(async () => {
    cluster = await EventStoreDbCluster.start({ nodes: 3 });
    store = await EventStoreDbEventStore.open({
      connectionString: cluster.connectionString,
      prefix: 'test/',
      categories: [''],
    });
    following = new AbortController();
  });

  afterEach(async () => {
    following.abort();
    for (const node of cluster.nodes) node.thaw();
    await store.close();
    await cluster.stop();
  });

  const follow = async (seen: string[]): Promise<void> => {
    for await (const message of store.subscribeAll({ signal: following.signal })) {
      if (message.kind === 'events') seen.push(...idsOf(message.events));
    }
  };

  it.each<[string, () => Promise<unknown>]>([
    ['its leader is killed', () => cluster.failOver({ unnoticed, election })],
    [
      'its leader is frozen, and wakes up as a follower',
      async () => {
        const frozen = cluster.freezeLeader();
        await sleep(unnoticed);
        cluster.noticeDeath();
        await sleep(election);
        cluster.elect();
        await sleep(5_000);
        frozen.thaw();
      },
    ],
    [
      'another leader is elected, and the old one lives on',
      () => {
        cluster.elect(cluster.nodes[2]);
        return Promise.resolve();
      },
    ],
    [
      'all of its nodes are gone for a while',
      async () => {
        await cluster.stop();
        await sleep(2_500);
        for (const node of cluster.nodes) await node.startAgain();
      },
    ],
  ])('loses nothing, doubles nothing and goes on when %s', async (name, fail) => {
    const seen: string[] = [];
    const followed = follow(seen);
    const load = new Load(store, writers);
    await vi.waitFor(
      () => {
        expect(load.count).toBeGreaterThan(500);
      },
      { timeout: 25_000 },
    );
    await fail();
    const before = load.count;
    await vi.waitFor(
      () => {
        expect(load.count).toBeGreaterThan(before + 500);
      },
      { timeout: 25_000 },
    );
    const { answered, longestPauseMs, refusals } = await load.stop();
    process.stdout.write(
      `${name}: ${longestPauseMs} ms without an answer, ${answered.length} appends, ${refusals} refusals\n`,
    );

    const log = idsOf(await wholeLog(store));
    expect(new Set(log).size).toBe(log.length);
    expect([...log].sort()).toEqual([...answered].sort());
    await vi.waitFor(
      () => {
        expect(seen.length).toBeGreaterThanOrEqual(log.length);
      },
      { timeout: 25_000 },
    );
    expect(seen).toEqual(log);
    await vi.waitFor(
      () => {
        expect(store.health().fault).toBeUndefined();
      },
      { timeout: 25_000 },
    );
    following.abort();
    await followed;
  });

  it('takes appends again after no node was found, whatever else succeeds first', async () => {
    await cluster.stop();
    // Long enough for the search to be given up.
    const refused = expect(store.append('s', 'no-stream', events(1))).rejects.toThrow('try again later');
    const reading = store.head().catch(() => undefined);
    await refused;
    await reading;
    for (const node of cluster.nodes) await node.startAgain();
    for (let n = 0; n < 5; n++) await store.head();
    expect(await store.append('s', 'no-stream', events(1))).toMatchObject({ kind: 'appended', revision: 0n });
  });

  it('reads from the leader, which no answered append is missing from', async () => {
    await store.append('s', 'no-stream', events(1));
    const leader = cluster.elect(cluster.nodes[1]);
    const appended = await store.append('s', 0n, events(1));
    expect(await store.head()).toBe(appended.kind === 'appended' && appended.position);
    expect(leader.connections).toBeGreaterThan(0);
  });
});
