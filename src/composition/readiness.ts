import type { SubscriberStatus } from '../event-sourcing/projection.js';
import type { Readiness, ReadinessCheck } from '../http/health.controller.js';
import type { Tagalong } from './tagalong.js';

/** Ready when the event store takes commands, the read model answers, and every projection may be queried. */
export function readinessOf({ stores, projections }: Pick<Tagalong, 'stores' | 'projections'>): Readiness {
  return {
    check: async () => [
      storeCheck(stores),
      await readModelCheck(stores),
      ...projections.statuses().map((status) => projectionCheck(status, projections.get(status.name).ready)),
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

function projectionCheck({ name, state, fault, eventsProcessed }: SubscriberStatus, built: boolean): ReadinessCheck {
  const ready = built && (state === 'live' || state === 'catching-up');
  const detail = fault?.message ?? `${state}, ${eventsProcessed} events so far`;
  return { name: `projection ${name}`, ready, ...(!ready && { detail }) };
}
