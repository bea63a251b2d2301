import type { Tagalong } from './tagalong.js';

/** How many events there are, as far as this process knows: the subscriber that has seen most of them has seen so many. */
export function eventsInLog(
  { events }: Pick<Tagalong['stores'], 'events'>,
  projections: Pick<Tagalong['projections'], 'statuses'>,
): number {
  return events.health().events ?? Math.max(0, ...projections.statuses().map(({ eventsProcessed }) => eventsProcessed));
}
