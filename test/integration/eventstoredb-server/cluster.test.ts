import {
  DeadlineExceededError,
  NO_STREAM,
  NotLeaderError,
  UnavailableError,
  UnknownError,
} from '@eventstore/db-client';
import { describe, expect, test, vi } from 'vitest';
import { collect, connect, events, failureOf, startCluster } from './bare-client.js';

const once = ['maxDiscoverAttempts=2', 'discoveryInterval=10'];

describe('a cluster', () => {
  test('is asked for its leader, which then serves', async () => {
    const cluster = await startCluster({ nodes: 3 });
    const client = connect(cluster.connectionString);
    await client.appendToStream('orders-1', events(1));
    expect(cluster.nodes.map(({ connections }) => connections)).toEqual([expect.any(Number), 0, 0]);
    expect(cluster.leader.calls.size).toBe(1);
  });

  test('moves its leader, and a client that is told so follows', async () => {
    const cluster = await startCluster({ nodes: 3 });
    const client = connect(cluster.connectionString);
    await client.appendToStream('orders-1', events(1), { requiresLeader: true });
    const leader = cluster.elect(cluster.nodes[2]);
    const error = await failureOf(collect(client.readStream('orders-1', { requiresLeader: true })));
    expect(error).toBeInstanceOf(NotLeaderError);
    expect(error).toMatchObject({ leader: { address: '127.0.0.1', port: leader.port } });
    expect(await collect(client.readStream('orders-1', { requiresLeader: true }))).toHaveLength(1);
  });

  test('takes an append through a follower that is not asked to lead', async () => {
    const cluster = await startCluster({ nodes: 3 });
    const follower = cluster.followers[0]?.connectionString ?? '';
    await connect(follower).appendToStream('orders-1', events(1));
    expect(cluster.database.readStream('orders-1', { direction: 'forwards', limit: 10 })).toMatchObject({
      records: [{ revision: 0n }],
    });
    for (const attempt of [
      () => connect(follower).deleteStream('orders-1', { requiresLeader: true }),
      () => connect(follower).tombstoneStream('orders-1', { requiresLeader: true }),
      () => collect(connect(follower).readStream('orders-1', { requiresLeader: true })),
    ]) {
      expect(await failureOf(attempt())).toBeInstanceOf(NotLeaderError);
    }
  });

  test('answers a follower that is asked to lead with status 5 and the leader in the trailers', async () => {
    const cluster = await startCluster({ nodes: 3 });
    const client = connect(cluster.followers[0]?.connectionString ?? '');
    const error = await failureOf(client.appendToStream('orders-1', events(1), { requiresLeader: true }));
    expect(error).toBeInstanceOf(NotLeaderError);
    expect(error).toMatchObject({ code: 5, leader: { address: '127.0.0.1', port: cluster.leader.port } });
  });

  test('meets silence while its dead leader is believed in, then is not ready, then serves again', async () => {
    const cluster = await startCluster({ nodes: 3 });
    const follower = connect(cluster.followers[0]?.connectionString ?? '');
    await follower.appendToStream('orders-1', events(1));
    await cluster.killLeader();
    const silent = await failureOf(follower.appendToStream('orders-1', events(1), { deadline: 100 }));
    expect(silent).toBeInstanceOf(DeadlineExceededError);
    cluster.noticeDeath();
    const notReady = await failureOf(follower.appendToStream('orders-1', events(1)));
    expect(notReady).toBeInstanceOf(UnknownError);
    expect(notReady).toMatchObject({ message: 'Could not recognize Server Is Not Ready' });
    cluster.elect();
    expect(await follower.appendToStream('orders-1', events(1), { expectedRevision: 0n })).toMatchObject({
      nextExpectedRevision: 1n,
    });
  });

  test('sends a client to its dead leader for as long as the followers believe in it', async () => {
    const cluster = await startCluster({ nodes: 3 });
    const client = connect(cluster.connectionStringFor({ query: once }));
    const batch = events(1);
    await client.appendToStream('orders-1', batch, { expectedRevision: NO_STREAM });
    const dead = await cluster.killLeader();
    expect(await failureOf(client.appendToStream('orders-1', events(1)))).toBeInstanceOf(Error);
    const refused = await failureOf(collect(connect(cluster.connectionString).readStream('orders-1')));
    expect(refused).toBeInstanceOf(UnavailableError);
    expect(String(refused)).toContain(`${dead.port}`);
    const leader = cluster.elect();
    const fresh = connect(cluster.connectionString);
    expect(await fresh.appendToStream('orders-1', batch, { expectedRevision: NO_STREAM })).toMatchObject({
      nextExpectedRevision: 0n,
    });
    expect(leader.calls.size).toBe(1);
    await cluster.revive(dead);
    expect(cluster.leader).toBe(leader);
  });

  test('fails over by itself in the times it is given', async () => {
    const cluster = await startCluster({ nodes: 3 });
    const dead = await cluster.failOver({ unnoticed: 20, election: 20 });
    expect(cluster.leader).not.toBe(dead);
    const client = connect(cluster.connectionString);
    expect(await client.appendToStream('orders-1', events(1))).toMatchObject({ success: true });
  });

  test('goes on without a frozen leader, which follows when it thaws', async () => {
    const cluster = await startCluster({ nodes: 3 });
    const frozen = cluster.freezeLeader();
    const follower = connect(cluster.followers[0]?.connectionString ?? '');
    expect(await failureOf(follower.appendToStream('orders-1', events(1), { deadline: 100 }))).toBeInstanceOf(
      DeadlineExceededError,
    );
    cluster.elect();
    expect(await follower.appendToStream('orders-1', events(1))).toMatchObject({ success: true });
    frozen.thaw();
    const client = connect(frozen.connectionString);
    expect(await failureOf(client.appendToStream('orders-1', events(1), { requiresLeader: true }))).toBeInstanceOf(
      NotLeaderError,
    );
  });

  test('that nobody answers for is given up after so many attempts', async () => {
    const cluster = await startCluster({ nodes: 2 });
    await cluster.stop();
    const client = connect(cluster.connectionStringFor({ query: once }));
    const error = await failureOf(client.appendToStream('orders-1', events(1)));
    expect(error).toMatchObject({ message: 'Failed to discover after 2 attempts.' });
  });

  test('shows every subscriber on every node the same log', async () => {
    const cluster = await startCluster({ nodes: 2 });
    const [leader, follower] = cluster.nodes.map(({ connectionString }) => connect(connectionString));
    if (leader === undefined || follower === undefined) throw new Error('two nodes were asked for');
    const seen: unknown[] = [];
    const subscription = follower.subscribeToAll().on('data', ({ event }) => seen.push(event?.streamId));
    await leader.appendToStream('orders-1', events(1));
    await vi.waitFor(() => {
      expect(seen).toEqual(['$$$settings', 'orders-1']);
    });
    await subscription.unsubscribe();
  });
});
