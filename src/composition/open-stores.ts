import { lockDataDirectory } from '../event-store/data-directory-lock.js';
import type { Config } from '../config/config.js';
import { PostgresReadModel } from '../read-model/postgres/postgres.read-model.js';
import type { PostgresReadModelOptions } from '../read-model/postgres/postgres.read-model.js';
import type { ReadModel } from '../read-model/read-model.js';
import { SqliteReadModel } from '../read-model/sqlite/sqlite.read-model.js';
import { FileServiceSecrets } from '../service-secrets/file.service-secrets.js';
import type { SecretPlaces } from '../service-secrets/secret-places.js';
import type { ServiceSecrets } from '../service-secrets/service-secrets.js';
import { openEventStore } from './open-event-store.js';
import type { OpenEventStore } from './open-event-store.js';
import type { ReadModelSchema } from './projections.js';

/** Where the stores are. */
export type StorePlaces = Pick<Config, 'dataDirectory' | 'eventStore' | 'readModel'>;

/** The event store, and the read model built from it. The data directory is held by this process alone. */
export interface Stores extends OpenEventStore {
  readonly readModel: ReadModel<ReadModelSchema>;
  readonly secrets: SecretPlaces;
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
    const { readModel, sharedSecrets } = await openReadModel(directory, place, options);
    opened.push(() => readModel.close());
    const eventStore = await openEventStore(places);
    opened.push(() => eventStore.events.close());
    const secrets = { files: new FileServiceSecrets(directory), shared: sharedSecrets };
    return { ...eventStore, readModel, secrets, close };
  } catch (fault) {
    await close();
    throw fault;
  }
}

/** A read model that several nodes may share, and with it their secrets; or one of this node alone. */
interface OpenReadModel {
  readonly readModel: ReadModel<ReadModelSchema>;
  readonly sharedSecrets: ServiceSecrets | undefined;
}

async function openReadModel(
  directory: string,
  place: StorePlaces['readModel'],
  options: PostgresReadModelOptions,
): Promise<OpenReadModel> {
  switch (place.kind) {
    case 'embedded':
      return { readModel: await SqliteReadModel.open<ReadModelSchema>({ directory }), sharedSecrets: undefined };
    case 'postgres': {
      const readModel = await PostgresReadModel.open<ReadModelSchema>(place.settings, options);
      return { readModel, sharedSecrets: readModel.secrets };
    }
  }
}
