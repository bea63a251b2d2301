import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterNode } from './cluster-node.js';
import type { ServiceCluster } from './service-cluster.js';
import { untilVisible } from './takeover.js';

/** Longer than a node may hold the lease without a word. */
const pastLeaseMs = 4_000;

/** What is done to a cluster under load. */
export interface Scenario {
  readonly name: string;
  /** Whether it needs a broker that may be restarted. */
  readonly needsBroker?: boolean;
  /** Answers the milliseconds from the fault until a push through one node that is left is visible on another. */
  run(cluster: ServiceCluster, workspace: string): Promise<number>;
}

/** Does it to the node that holds the lease, and mends it in the end. */
function toHolder(
  name: string,
  hurt: (holder: ClusterNode) => Promise<void> | void,
  mend: (holder: ClusterNode) => Promise<void> | void,
): Scenario {
  return {
    name,
    async run(cluster, workspace) {
      const holder = await cluster.holder();
      const [through, on] = cluster.nodes.filter((node) => node !== holder);
      if (through === undefined || on === undefined) throw new Error('two nodes must be left');
      await hurt(holder);
      const tookOver = await untilVisible({ workspace, operatorKey: cluster.operatorKey, through, on });
      if ((await cluster.holder()) === holder) throw new Error(`${holder.name} holds the lease as before`);
      await mend(holder);
      return tookOver;
    },
  };
}

/** Does it to what all nodes stand on. */
function toAll(name: string, hurt: (cluster: ServiceCluster) => Promise<void>): Scenario {
  return {
    name,
    async run(cluster, workspace) {
      const [through, on = through] = cluster.nodes;
      if (through === undefined || on === undefined) throw new Error('the cluster has no node');
      const began = performance.now();
      await hurt(cluster);
      const done = performance.now() - began;
      return done + (await untilVisible({ workspace, operatorKey: cluster.operatorKey, through, on }));
    },
  };
}

/** Everything that a cluster must get over by itself. */
export const scenarios: readonly Scenario[] = [
  toHolder(
    'the holder of the lease is killed',
    (holder) => holder.kill(),
    (holder) => holder.start(),
  ),
  toHolder(
    'the holder is paused past its lease and wakes up',
    (holder) => {
      holder.suspend();
    },
    async (holder) => {
      await pause(pastLeaseMs);
      holder.resume();
    },
  ),
  toHolder(
    "the holder's connections to PostgreSQL are cut",
    (holder) => holder.link.cut(),
    (holder) => holder.link.restore(),
  ),
  toHolder(
    "the holder's connections to PostgreSQL hang",
    (holder) => {
      holder.link.hang();
    },
    (holder) => holder.link.restore(),
  ),
  toAll('the event store restarts', async ({ store }) => {
    await store.tell({ kind: 'stop' });
    await store.tell({ kind: 'start-again' });
  }),
  toAll('PostgreSQL restarts', async ({ postgres }) => {
    await postgres.halt();
    await postgres.start();
  }),
  {
    ...toAll('the broker restarts', async ({ broker }) => {
      await broker?.halt();
      await broker?.start();
    }),
    needsBroker: true,
  },
];
