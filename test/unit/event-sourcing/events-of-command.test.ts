import { describe, expect, it } from 'vitest';
import { InMemoryEventStore } from '../../../src/event-store/in-memory/in-memory.event-store.js';
import { eventsOfCommand } from '../../../src/event-sourcing/events-of-command.js';

async function storeWith(counts: readonly (readonly [commandId: string, events: number])[]) {
  const store = new InMemoryEventStore();
  let revision: bigint | 'no-stream' = 'no-stream';
  const ends = new Map<string, bigint>();
  for (const [commandId, count] of counts) {
    const events = Array.from({ length: count }, (_, n) => ({
      id: `${commandId}-${n}`,
      type: 'Happened',
      data: { n },
      metadata: {
        commandId,
        correlationId: 'c',
        principal: 'user:ann',
        via: 'test',
        occurredAt: '2026-01-01T00:00:00.000Z',
        schemaVersion: 1,
      },
    }));
    const appended = await store.append('stream-1', revision, events);
    if (appended.kind === 'conflict') throw new Error('nobody else writes here');
    ({ revision } = appended);
    ends.set(commandId, revision);
  }
  return { store, endOf: (commandId: string) => ({ stream: 'stream-1', revision: ends.get(commandId) ?? -1n }) };
}

describe('the events of a command', () => {
  it.each([1, 15, 16, 17, 40])('are all of them, in order, and no others: %i', async (count) => {
    const { store, endOf } = await storeWith([
      ['before', 3],
      ['this', count],
      ['after', 20],
    ]);
    const found = await eventsOfCommand(store, 'this', endOf('this'));
    expect(found.map(({ data }) => data)).toEqual(Array.from({ length: count }, (_, n) => ({ n })));
    expect(found.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, n) => `this-${n}`));
  });

  it.each([1, 16, 33])('are found at the beginning of a stream too: %i', async (count) => {
    const { store, endOf } = await storeWith([['this', count]]);
    expect(await eventsOfCommand(store, 'this', endOf('this'))).toHaveLength(count);
  });
});
