import { randomUUID } from 'node:crypto';
import type { EventReader, SubscriptionMessage } from '../../../src/event-sourcing/event-store.js';
import type { NewEvent, RecordedEvent } from '../../../src/event-sourcing/event.js';
import type { JsonObject } from '../../../src/event-sourcing/json.js';

/** An event with a random id; `data` is all that a test cares about. */
export function anEvent(data: JsonObject = {}, overrides: Partial<NewEvent> = {}): NewEvent {
  return {
    id: randomUUID(),
    type: 'SomethingHappened',
    data,
    metadata: {
      commandId: randomUUID(),
      correlationId: 'correlation-1',
      principal: 'user:alice',
      via: 'test',
      occurredAt: '2026-01-02T03:04:05.678Z',
      schemaVersion: 1,
    },
    ...overrides,
  };
}

/** That many events, numbered in their data from 0. */
export function events(count: number): NewEvent[] {
  return Array.from({ length: count }, (_, n) => anEvent({ n }));
}

/** The ids, in order. */
export function idsOf(recorded: readonly { readonly id: string }[]): string[] {
  return recorded.map((event) => event.id);
}

/** A recorded event as a plain object, to compare as a whole. */
export function plain(event: RecordedEvent): Record<string, unknown> {
  const { id, type, stream, revision, position, data, metadata } = event;
  return { id, type, stream, revision, position, data, metadata };
}

/** Everything the store holds, read page by page. */
export async function wholeLog(store: EventReader, pageSize = 1_000): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for (;;) {
    const page = await store.readAll({ after: all.at(-1)?.position, limit: pageSize });
    all.push(...page);
    if (page.length < pageSize) return all;
  }
}

/** Consumes messages until `done` says so for one of them, which is included. */
export async function takeUntil(
  messages: AsyncIterable<SubscriptionMessage>,
  done: (message: SubscriptionMessage, seen: readonly RecordedEvent[]) => boolean,
): Promise<{ readonly messages: SubscriptionMessage[]; readonly events: RecordedEvent[] }> {
  const taken: SubscriptionMessage[] = [];
  const seen: RecordedEvent[] = [];
  for await (const message of messages) {
    taken.push(message);
    if (message.kind === 'events') seen.push(...message.events);
    if (done(message, seen)) break;
  }
  return { messages: taken, events: seen };
}

/** What a subscription delivers until it has caught up. */
export async function untilCaughtUp(
  messages: AsyncIterable<SubscriptionMessage>,
): Promise<{ readonly messages: SubscriptionMessage[]; readonly events: RecordedEvent[] }> {
  return takeUntil(messages, (message) => message.kind === 'caught-up');
}
