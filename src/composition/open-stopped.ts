import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { lockDataDirectory } from '../event-store/data-directory-lock.js';
import { SqliteEventStore, eventsFile } from '../event-store/sqlite/sqlite.event-store.js';

/** The event store of a data directory, which is held by this process alone until it is closed. */
export interface StoppedStore {
  readonly events: SqliteEventStore;
  close(): Promise<void>;
}

/**
 * Opens the event store of a data directory that no service runs on.
 *
 * @throws DataDirectoryInUseError when a service does
 * @throws Error when there is no event store in it
 */
export async function openStopped(directory: string): Promise<StoppedStore> {
  try {
    await access(join(directory, eventsFile));
  } catch (error) {
    throw new Error(
      `there is no event store in ${directory}; give the data directory of a service that keeps its events there, not on a server`,
      { cause: error },
    );
  }
  return openOrCreate(directory);
}

/**
 * The same, for a directory that need not have one yet.
 *
 * @throws DataDirectoryInUseError when a service runs on it
 */
export async function openOrCreate(directory: string): Promise<StoppedStore> {
  const lock = await lockDataDirectory(directory);
  try {
    const events = await SqliteEventStore.open({ directory });
    return {
      events,
      close: async () => {
        await events.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
