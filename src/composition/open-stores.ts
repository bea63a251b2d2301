import type { EventStore } from '../event-sourcing/event-store.js';
import { lockDataDirectory } from '../event-store/data-directory-lock.js';
import { SqliteEventStore } from '../event-store/sqlite/sqlite.event-store.js';
import { SqliteReadModel } from '../read-model/sqlite/sqlite.read-model.js';
import type { ReadModelSchema } from './projections.js';

/** The embedded stores of a data directory, held by this process alone. */
export interface Stores {
  readonly events: EventStore & Pick<SqliteEventStore, 'health'>;
  readonly readModel: SqliteReadModel<ReadModelSchema>;
  close(): Promise<void>;
}

/**
 * Opens both stores, or none.
 *
 * @throws Error when another process holds the directory, or a file cannot be used; says what to do
 */
export async function openStores(directory: string): Promise<Stores> {
  const opened: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const release of opened.splice(0).reverse()) await release();
  };
  try {
    const lock = await lockDataDirectory(directory);
    opened.push(() => {
      lock.release();
    });
    const readModel = await SqliteReadModel.open<ReadModelSchema>({ directory });
    opened.push(() => readModel.close());
    const events = await SqliteEventStore.open({ directory });
    opened.push(() => events.close());
    return { events, readModel, close };
  } catch (fault) {
    await close();
    throw fault;
  }
}
