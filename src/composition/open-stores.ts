import { lockDataDirectory } from '../event-store/data-directory-lock.js';
import type { Config } from '../config/config.js';
import { PostgresReadModel } from '../read-model/postgres/postgres.read-model.js';
import type { PostgresReadModelOptions } from '../read-model/postgres/postgres.read-model.js';
import type { ReadModel } from '../read-model/read-model.js';
import { SqliteReadModel } from '../read-model/sqlite/sqlite.read-model.js';
import { FileServiceSecrets } from '../service-secrets/file.service-secrets.js';
import type { SecretPlaces } from '../service-secrets/secret-places.js';
import { openEventStore } from './open-event-store.js';
import type { OpenEventStore } from './open-event-store.js';
import type { ReadModelSchema } from './projections.js';

/** A node that hangs while it writes lets go of its locks so soon that another one can take over within seconds. */
const idleWriterMs = 2_000;

/** Where the stores are. */
export type StorePlaces = Pick<Config, 'dataDirectory' | 'eventStore' | 'readModel'>;

/** The event store, and the read model built from it. The data directory is held by this process alone. */
export interface Stores extends OpenEventStore {
  readonly readModel: ReadModel<ReadModelSchema>;
  readonly secrets: SecretPlaces;
  /** The same read model, where other nodes of the service share both stores. */
  readonly shared?: PostgresReadModel<ReadModelSchema>;
  close(): Promise<void>;
}

/**
 * Opens both stores, or none.
 *
 * @throws Error when another process holds the directory, or a file cannot be used; says what to do
 */
export async function openStores(places: StorePlaces, options: PostgresReadModelOptions = {}): Promise<Stores> {
  const { dataDirectory: directory, readModel: place } = places;
  const opened: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const release of opened.splice(0).reverse()) await release();
  };
  try {
    const lock = await lockDataDirectory(directory);
    opened.push(() => {
      lock.release();
    });
    const several = places.eventStore.kind === 'eventstoredb';
    const { readModel, shared } = await openReadModel(
      directory,
      place,
      several ? { idleWriterMs, ...options } : options,
    );
    opened.push(() => readModel.close());
    const eventStore = await openEventStore(places);
    opened.push(() => eventStore.events.close());
    const secrets = { files: new FileServiceSecrets(directory), shared: shared?.secrets };
    return { ...eventStore, readModel, secrets, ...(several && shared !== undefined && { shared }), close };
  } catch (fault) {
    await close();
    throw fault;
  }
}

async function openReadModel(
  directory: string,
  place: StorePlaces['readModel'],
  options: PostgresReadModelOptions,
): Promise<Pick<Stores, 'readModel' | 'shared'>> {
  switch (place.kind) {
    case 'embedded':
      return { readModel: await SqliteReadModel.open<ReadModelSchema>({ directory }) };
    case 'postgres': {
      const shared = await PostgresReadModel.open<ReadModelSchema>(place.settings, options);
      return { readModel: shared, shared };
    }
  }
}
