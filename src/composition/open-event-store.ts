import { join } from 'node:path';
import type { StoreCheck } from '../audit/verify.js';
import type { Config } from '../config/config.js';
import type { EventStore } from '../event-sourcing/event-store.js';
import type { Position } from '../event-sourcing/position.js';
import type { EventStoreHealth } from '../event-store/event-store-health.js';
import { EventStoreDbEventStore } from '../event-store/eventstoredb/eventstoredb.event-store.js';
import { fromPosition } from '../event-store/numeric-position.js';
import { SqliteEventStore, eventsFile } from '../event-store/sqlite/sqlite.event-store.js';
import { verifyStore } from '../event-store/sqlite/verify-store.js';
import { imageCategory } from '../vocabulary/slot.js';
import { webhookCategory } from '../webhooks/domain/webhook.stream.js';
import { accountCategory, workspaceCategory } from '../workspaces/domain/workspace.stream.js';

/** An event store with what the service asks of one beside the port. */
export interface OpenEventStore {
  readonly events: EventStore & { health(): EventStoreHealth };
  /** True when no other process can append while this one runs. */
  readonly soleWriter: boolean;
  /** About how many events there are up to a position; `undefined` where nobody can tell without reading them. */
  readonly eventsThrough: (position: Position | undefined) => number | undefined;
  /** Checks the files of a store that has some of its own. */
  readonly checkFiles?: () => AsyncIterable<StoreCheck>;
}

/** How the names of all streams begin. */
export const categories = [accountCategory, workspaceCategory, imageCategory, webhookCategory];

/** Opens the event store that the configuration names. @throws Error that says what to do */
export async function openEventStore({
  dataDirectory: directory,
  eventStore: place,
}: Pick<Config, 'dataDirectory' | 'eventStore'>): Promise<OpenEventStore> {
  switch (place.kind) {
    case 'embedded': {
      const events = await SqliteEventStore.open({ directory });
      return {
        events,
        soleWriter: true,
        eventsThrough: (position) => Math.min(fromPosition(position), events.health().events),
        checkFiles: () => verifyStore(join(directory, eventsFile), { pages: false }),
      };
    }
    case 'eventstoredb': {
      const { connectionString, prefix } = place;
      const events = await EventStoreDbEventStore.open({ connectionString, prefix, categories });
      return { events, soleWriter: false, eventsThrough: () => undefined };
    }
  }
}
