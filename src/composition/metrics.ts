import type { ClusterStatus } from '../cluster/cluster-parts.js';
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { eventsInLog } from './events-in-log.js';
import type { Tagalong } from './tagalong.js';

/** Registers what Prometheus may scrape. Values are read when it asks. */
export function createMetrics({
  stores,
  projections,
  webhooks,
  cluster,
}: Pick<Tagalong, 'stores' | 'projections' | 'webhooks' | 'cluster'>): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  new Gauge({
    name: 'tagalong_events_total',
    help: 'Events in the event store.',
    registers,
    collect() {
      this.set(eventsInLog(stores, projections));
    },
  });
  new Gauge({
    name: 'tagalong_event_store_bytes',
    help: 'Size of the event store on disk.',
    registers,
    collect() {
      const { bytes } = stores.events.health();
      if (bytes !== undefined) this.set(bytes);
    },
  });
  new Gauge({
    name: 'tagalong_pending_appends',
    help: 'Appends that wait to be durable.',
    registers,
    collect() {
      this.set(stores.events.health().pendingAppends);
    },
  });
  new Gauge({
    name: 'tagalong_projection_lag_seconds',
    help: 'Time between an event and its projection, of the last batch.',
    labelNames: ['projection'],
    registers,
    collect() {
      for (const { name, lagMs } of projections.statuses()) this.set({ projection: name }, lagMs / 1_000);
    },
  });
  new Gauge({
    name: 'tagalong_projection_events_total',
    help: 'Events a projection has been given since it was built.',
    labelNames: ['projection'],
    registers,
    collect() {
      for (const { name, eventsProcessed } of projections.statuses()) this.set({ projection: name }, eventsProcessed);
    },
  });
  new Gauge({
    name: 'tagalong_projection_up',
    help: '1 while a projection follows the log, 0 when it is paused, stopped or failed.',
    labelNames: ['projection'],
    registers,
    collect() {
      for (const { name, state } of projections.statuses()) {
        this.set({ projection: name }, state === 'live' || state === 'catching-up' ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: 'tagalong_webhooks',
    help: 'Webhooks that this process delivers to.',
    registers,
    collect() {
      this.set(webhooks.deliveries.size);
    },
  });
  new Gauge({
    name: 'tagalong_webhook_attempts_total',
    help: 'Attempts to deliver to webhooks since the start, by what came of them.',
    labelNames: ['verdict'],
    registers,
    collect() {
      for (const [verdict, count] of webhooks.attempts()) this.set({ verdict }, count);
    },
  });
  if (cluster !== undefined) registerCluster(registry, cluster);
  return registry;
}

function registerCluster(registry: Registry, cluster: () => ClusterStatus): void {
  const registers = [registry];
  new Gauge({
    name: 'tagalong_cluster_holder',
    help: '1 while this node runs the subscribers of the cluster.',
    labelNames: ['node'],
    registers,
    collect() {
      const { node, holds } = cluster();
      this.set({ node }, holds ? 1 : 0);
    },
  });
  new Gauge({
    name: 'tagalong_cluster_fresh',
    help: '1 while this node hears what others commit; 0 while it asks the database about rights each time.',
    labelNames: ['node'],
    registers,
    collect() {
      const { node, fresh } = cluster();
      this.set({ node }, fresh ? 1 : 0);
    },
  });
}
