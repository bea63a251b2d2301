import type { EventStore } from '../event-sourcing/event-store.js';
import type { Position } from '../event-sourcing/position.js';
import { isConnectionString } from '../event-store/eventstoredb/connection-string.js';
import { EventStoreDbEventStore } from '../event-store/eventstoredb/eventstoredb.event-store.js';
import { fromPosition as logPositionOf } from '../event-store/eventstoredb/eventstoredb.position.js';
import { migrateLog } from '../event-store/migration/migrate-log.js';
import type { MigrationMessage } from '../event-store/migration/migrate-log.js';
import { fromPosition } from '../event-store/numeric-position.js';
import { categories } from './open-event-store.js';
import { openOrCreate, openStopped } from './open-stopped.js';
import type { StoppedStore } from './open-stopped.js';

/** A store by what a person calls it: a data directory, or the connection string of a server. */
export interface NamedStore {
  readonly place: string;
  /** Of the names of its streams; for a server only. */
  readonly prefix?: string | undefined;
}

interface OpenedStore {
  readonly events: EventStore;
  readonly shareThrough: (position: Position) => number | undefined;
  /** The embedded store decides appends in the order they were sent in, whatever happens. */
  readonly inFlight: number;
  close(): Promise<void>;
}

/**
 * Copies one event store to another while no service runs on either. See {@link migrateLog}.
 *
 * @throws DataDirectoryInUseError when a service runs on a data directory that is named
 * @throws Error when a store cannot be opened
 */
export async function* migrateStore(
  from: NamedStore,
  to: NamedStore,
  signal: AbortSignal,
): AsyncGenerator<MigrationMessage, void, undefined> {
  const source = await openSource(from);
  try {
    const target = await openTarget(to);
    try {
      if (source.events.storeId === target.events.storeId) {
        throw new Error('source and target are the same event store; name another target, or another prefix there');
      }
      const { shareThrough } = source;
      yield* migrateLog(source.events, target.events, { shareThrough, inFlight: target.inFlight, signal });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** True for the name of a server, false for that of a directory. */
export function isServer(place: string): boolean {
  return isConnectionString(place);
}

async function openSource({ place, prefix }: NamedStore): Promise<OpenedStore> {
  if (isServer(place)) return openServer(place, prefix);
  return embedded(await openStopped(place));
}

async function openTarget({ place, prefix }: NamedStore): Promise<OpenedStore> {
  if (isServer(place)) return openServer(place, prefix);
  return embedded(await openOrCreate(place));
}

function embedded(store: StoppedStore): OpenedStore {
  const { events } = store;
  const all = events.health().events;
  const shareThrough = (position: Position): number | undefined =>
    all === 0 ? undefined : Math.min(1, fromPosition(position) / all);
  return { events, close: () => store.close(), shareThrough, inFlight: 256 };
}

async function openServer(connectionString: string, prefix: string | undefined): Promise<OpenedStore> {
  const events = await EventStoreDbEventStore.open({
    connectionString,
    categories,
    ...(prefix !== undefined && { prefix }),
  });
  const head = await events.head();
  const end = head === undefined ? 0 : Number(logPositionOf(head).commit);
  const shareThrough = (position: Position): number | undefined =>
    end === 0 ? undefined : Math.min(1, Number(logPositionOf(position).commit) / end);
  return { events, close: () => events.close(), shareThrough, inFlight: 1 };
}
