import { SlotFacts } from '../catalog/feed/slot-fact.js';
import type { RecordedEvent } from '../event-sourcing/event.js';
import { hasPassed } from '../event-sourcing/position.js';
import type { Position } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import { workspaceCodec } from '../workspaces/domain/workspace.codec.js';
import { parseWorkspaceStream } from '../workspaces/domain/workspace.stream.js';
import { Audience } from './audience.js';
import type { Happened } from './audience.js';
import { sharedInTable, workspaceAccountsTable } from './audience.tables.js';
import type { EventPublisher, OutgoingEvent } from './outgoing-event.js';

/** The name of the subscriber that publishes. */
export const eventsOutName = 'events-out';

/** An image may be shared with very many: so many events are published at a time. */
const chunkSize = 500;

/**
 * The subscriber that publishes what happens, once for each workspace in whose feed it is.
 *
 * Its checkpoint moves only once the broker has everything before it, so after a crash or while the broker was away the
 * latest events are published again: at least once, in order. Its rows say who is told; built anew, they are built
 * without publishing again what was published.
 *
 * @param published how far events were published by the generation that is live
 */
export function eventsOut(publisher: EventPublisher, published: () => Position | undefined): Projection {
  const facts = new SlotFacts();
  return {
    name: eventsOutName,
    version: 1,
    tables: [sharedInTable, workspaceAccountsTable],
    async project(batch, rows) {
      const already = published();
      const happened = batch.flatMap((recorded) => present(recorded, facts));
      const audience = new Audience(rows);
      await audience.load(happened);
      let chunk: OutgoingEvent[] = [];
      for (const one of happened) {
        const told = await audience.take(one);
        if (one.kind !== 'slot' || hasPassed(already, one.fact.position)) continue;
        for (const event of told) {
          chunk.push(event);
          if (chunk.length < chunkSize) continue;
          await publisher.publish(chunk);
          chunk = [];
        }
      }
      if (chunk.length > 0) await publisher.publish(chunk);
    },
  };
}

function present(recorded: RecordedEvent, facts: SlotFacts): readonly Happened[] {
  const fact = facts.read(recorded);
  if (fact !== undefined) return [{ kind: 'slot', fact }];
  if (recorded.type !== 'WorkspaceCreated') return [];
  const workspace = parseWorkspaceStream(recorded.stream);
  const event = workspaceCodec.decode(recorded);
  if (workspace === undefined || event?.type !== 'WorkspaceCreated') return [];
  return [{ kind: 'workspace', workspace, accountId: event.data.accountId }];
}
