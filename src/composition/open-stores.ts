import { SqliteEventStore } from '../event-store/sqlite/sqlite.event-store.js';
import { SqliteReadModel } from '../read-model/sqlite/sqlite.read-model.js';
import type { ReadModelSchema } from './projections.js';

/** The embedded stores of a data directory, held by this process alone. */
export interface Stores {
  readonly events: SqliteEventStore;
  readonly readModel: SqliteReadModel<ReadModelSchema>;
  close(): Promise<void>;
}

/**
 * Opens both stores, or none.
 *
 * @throws Error when another process holds the directory, or a file cannot be used; says what to do
 */
export async function openStores(directory: string): Promise<Stores> {
  const events = await SqliteEventStore.open({ directory });
  try {
    const readModel = await SqliteReadModel.open<ReadModelSchema>({ directory });
    return {
      events,
      readModel,
      async close() {
        await events.close();
        await readModel.close();
      },
    };
  } catch (fault) {
    await events.close();
    throw fault;
  }
}
