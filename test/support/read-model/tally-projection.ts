import { randomUUID } from 'node:crypto';
import type { EventMetadata, NewEvent, RecordedEvent } from '../../../src/event-sourcing/event.js';
import type { EventStore } from '../../../src/event-sourcing/event-store.js';
import type { Position } from '../../../src/event-sourcing/position.js';
import type { Projection, TableSpec } from '../../../src/event-sourcing/projection.js';

export type TallyRow = Readonly<{ stream: string; total: number; position: string }>;

export interface TallySchema {
  readonly tallies: TallyRow;
}

export const tallies: TableSpec<TallyRow> = {
  name: 'tallies',
  columns: { stream: { type: 'text' }, total: { type: 'integer' }, position: { type: 'text' } },
  primaryKey: ['stream'],
};

/** Adds up the `by` of every event per stream: an event applied twice or never shows in the total. */
export function tallyProjection(options: Partial<Projection> = {}): Projection {
  return {
    name: 'tallies',
    version: 1,
    tables: [tallies],
    async project(batch, rows) {
      const table = rows.table(tallies);
      await table.load(batch.map(({ stream }) => [stream]));
      for (const event of batch) {
        const total = table.get(event.stream)?.total ?? 0;
        table.put({ stream: event.stream, total: total + byOf(event), position: event.position });
      }
    },
    ...options,
  };
}

/** How much an event counts. */
export function byOf({ data }: RecordedEvent): number {
  const by = typeof data === 'object' && data !== null && 'by' in data ? data['by'] : undefined;
  if (typeof by !== 'number') throw new TypeError('an event without a number');
  return by;
}

const metadata: EventMetadata = {
  commandId: 'c',
  correlationId: 'c',
  principal: 'test',
  via: 'test',
  occurredAt: '2026-01-01T00:00:00.000Z',
  schemaVersion: 1,
};

/** An event that counts so much. `by` may be something else, to make an event nobody can take. */
export function tallied(id: string, by: number | string): NewEvent {
  return { id, type: 'Tallied', data: { by }, metadata };
}

/** Appends one event to the stream's end. */
export async function appendTally(store: EventStore, stream: string, by: number | string): Promise<Position> {
  const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
  const result = await store.append(stream, last === undefined ? 'no-stream' : last.revision, [
    tallied(randomUUID(), by),
  ]);
  if (result.kind === 'conflict') throw new Error(`stream ${stream} was changed by somebody else`);
  return result.position;
}
