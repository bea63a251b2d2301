import type { ClusterStatus } from '../cluster/cluster-parts.js';
import type { BrokerLink } from '../command-bus/broker/broker-answer.js';
import type { SubscriberStatus } from '../event-sourcing/projection.js';
import { eventsOutName } from '../events-out/events-out.projection.js';
import type { Readiness, ReadinessCheck } from '../http/health.controller.js';
import type { Tagalong } from './tagalong.js';

/** Ready when the event store takes commands, the read model answers, and every projection may be queried. Tells of the message broker too. */
export function readinessOf({
  stores,
  projections,
  cluster,
  link,
}: Pick<Tagalong, 'stores' | 'projections' | 'cluster' | 'link'>): Readiness {
  return {
    check: async () => [
      storeCheck(stores),
      await readModelCheck(stores),
      ...(cluster === undefined ? [] : [clusterCheck(cluster())]),
      ...projections.statuses().map((status) => projectionCheck(status, projections.get(status.name).ready)),
      ...(link === undefined ? [] : [brokerCheck(link)]),
    ],
  };
}

function storeCheck({ events }: Tagalong['stores']): ReadinessCheck {
  const { fault } = events.health();
  return { name: 'event-store', ready: fault === undefined, ...(fault !== undefined && { detail: fault }) };
}

async function readModelCheck({ readModel }: Tagalong['stores']): Promise<ReadinessCheck> {
  const fault = await readModel.fault();
  return { name: 'read-model', ready: fault === undefined, ...(fault !== undefined && { detail: fault }) };
}

/** Queries are answered while no node holds the lease: the next one takes it in a moment. */
function clusterCheck({ node, holder }: ClusterStatus): ReadinessCheck {
  const runs = holder === undefined ? 'no node runs the subscribers now' : `${holder} runs the subscribers`;
  return { name: 'cluster', ready: true, detail: `this is node ${node}; ${runs}` };
}

function projectionCheck({ name, state, fault, eventsProcessed }: SubscriberStatus, built: boolean): ReadinessCheck {
  const ready = built && (state === 'live' || state === 'catching-up');
  const detail = fault?.message ?? `${state}, ${eventsProcessed} events so far`;
  // While the broker that events go to is away, everything else goes on.
  const optional = name === eventsOutName;
  return { name: `projection ${name}`, ready, ...(optional && { optional }), ...(!ready && { detail }) };
}

/** Requests are answered without the broker too: to take them away would only make things worse. */
function brokerCheck({ fault }: BrokerLink): ReadinessCheck {
  return {
    name: 'command-bus',
    ready: fault === undefined,
    optional: true,
    ...(fault !== undefined && { detail: fault }),
  };
}
