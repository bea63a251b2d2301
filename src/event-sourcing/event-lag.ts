import type { RecordedEvent } from './event.js';

/** Milliseconds from when an event occurred until `now`, never negative. `undefined` when it does not say when it occurred. */
export function eventLag({ metadata }: RecordedEvent, now: number): number | undefined {
  const at =
    typeof metadata === 'object' && metadata !== null && 'occurredAt' in metadata ? metadata['occurredAt'] : '';
  const occurred = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return Number.isNaN(occurred) ? undefined : Math.max(0, now - occurred);
}
