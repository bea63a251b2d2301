import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cloudEventSchema } from '../../../src/catalog/feed/cloud-event.js';
import type { FeedEvent } from '../../../src/catalog/feed/feed-message.js';
import { SlotFacts } from '../../../src/catalog/feed/slot-fact.js';
import { WorkspaceFeed } from '../../../src/catalog/feed/workspace-feed.js';
import { readMetadata } from '../../../src/event-sourcing/codec.js';
import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import type { JsonObject } from '../../../src/event-sourcing/json.js';
import type { Position } from '../../../src/event-sourcing/position.js';
import { InMemoryEventStore } from '../../../src/event-store/in-memory/in-memory.event-store.js';
import { eventsOut } from '../../../src/events-out/events-out.projection.js';
import type { OutgoingEvent } from '../../../src/events-out/outgoing-event.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';
import { projected } from '../../support/projected.js';
import { WrittenLog } from '../../support/written-log.js';
import { workspaceCodec } from '../../../src/workspaces/domain/workspace.codec.js';
import { workspaceStream } from '../../../src/workspaces/domain/workspace.stream.js';
import { anySharingLog, workspaces } from '../feed/sharing-log.js';

/** A store with the workspaces and what happens to slots in the log. */
async function storeOf(events: readonly RecordedEvent[]): Promise<InMemoryEventStore> {
  const store = new InMemoryEventStore();
  const written = new WrittenLog(store);
  for (const workspace of workspaces) {
    const data = { accountId: 'account-1', displayName: workspace, labels: {} };
    await written.write(workspaceStream(workspace), workspaceCodec, { type: 'WorkspaceCreated', data });
  }
  for (const recorded of events) {
    const { stream, revision, type, data } = recorded;
    if (stream.startsWith('workspace-')) continue;
    await store.append(stream, revision === 0n ? 'no-stream' : revision - 1n, [
      { id: randomUUID(), type, data: data as JsonObject, metadata: readMetadata(recorded) },
    ]);
  }
  return store;
}

/** What is published of a log that is projected in batches of these sizes. */
async function publishedOf(
  store: InMemoryEventStore,
  batchSizes: readonly number[],
  already?: Position,
): Promise<readonly OutgoingEvent[]> {
  const published: OutgoingEvent[] = [];
  const publisher = {
    publish(events: readonly OutgoingEvent[]): Promise<void> {
      published.push(...events);
      return Promise.resolve();
    },
  };
  const readModel = await projected(store, [eventsOut(publisher, () => already)], batchSizes);
  await readModel.close();
  return published;
}

/** The whole feed of a workspace. */
function feedOf(log: readonly RecordedEvent[], workspace: string): readonly (FeedEvent & { readonly id: string })[] {
  const facts = new SlotFacts();
  const feed = new WorkspaceFeed(workspace, 'account-1', []);
  return log.flatMap((recorded) => {
    const fact = facts.read(recorded);
    const event = fact && feed.take(fact);
    return event === undefined ? [] : [{ ...event, id: recorded.id }];
  });
}

describeOnEachReadModel(() => {
  describe('what is published', () => {
    it('is the feed of every workspace, in order and in its words', async () => {
      const someBatches = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(anySharingLog, someBatches, async ({ events }, batchSizes) => {
          const store = await storeOf(events);
          const log = await store.readAll({ limit: 100_000 });
          const published = await publishedOf(store, batchSizes);
          for (const workspace of workspaces) {
            const told = published.filter((one) => one.workspace === workspace);
            expect(told.map(({ event }) => ({ ...event.data, id: event.id }))).toEqual(feedOf(log, workspace));
          }
          for (const { event } of published) expect(cloudEventSchema.safeParse(event).success).toBe(true);
          const order = published.map(({ event }) => event.position);
          expect(order).toEqual([...order].sort());
        }),
        { numRuns: 30 },
      );
    });

    it('begins after what was published before, with all that is known by then', async () => {
      await fc.assert(
        fc.asyncProperty(anySharingLog, fc.double({ min: 0, max: 1, noNaN: true }), async ({ events }, share) => {
          const store = await storeOf(events);
          const log = await store.readAll({ limit: 100_000 });
          const already = log[Math.floor(share * (log.length - 1))]?.position;
          const all = await publishedOf(store, [50]);
          const rest = await publishedOf(store, [50], already);
          expect(rest).toEqual(all.filter(({ event }) => already === undefined || event.position > already));
        }),
        { numRuns: 15 },
      );
    });
  });
});
