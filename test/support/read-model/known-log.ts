import { randomUUID } from 'node:crypto';
import { InMemoryEventStore } from '../../../src/event-store/in-memory/in-memory.event-store.js';
import type { EventReader } from '../../../src/event-sourcing/event-store.js';
import { tallied } from './tally-projection.js';

/** How many events the log holds. */
export const knownEvents = 10_000;

const streams = 500;

/** The same log in every process: a store that survives whatever happens to its readers. */
export async function knownLog(): Promise<EventReader> {
  const store = new InMemoryEventStore();
  const heads = new Map<string, bigint>();
  for (let n = 0; n < knownEvents; n++) {
    const stream = `tally-${(n * 7) % streams}`;
    const head = heads.get(stream);
    await store.append(stream, head ?? 'no-stream', [tallied(randomUUID(), byOfKnown(n))]);
    heads.set(stream, (head ?? -1n) + 1n);
  }
  return {
    storeId: 'known-log',
    readStream: (stream, options) => store.readStream(stream, options),
    readAll: (options) => store.readAll(options),
    head: () => store.head(),
    end: () => store.end(),
    isPosition: (text) => store.isPosition(text),
    subscribeAll: (options) => store.subscribeAll(options),
  };
}

/** What the totals are when every event of the log has counted once. */
export function knownTotals(): Record<string, number> {
  const totals: Record<string, number> = {};
  for (let n = 0; n < knownEvents; n++) {
    const stream = `tally-${(n * 7) % streams}`;
    totals[stream] = (totals[stream] ?? 0) + byOfKnown(n);
  }
  return totals;
}

function byOfKnown(n: number): number {
  return (n % 13) + 1;
}
