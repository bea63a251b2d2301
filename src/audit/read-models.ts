import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import type { ReadModelSchema } from '../read-model/schema.js';
import { SqliteConnection } from '../read-model/sqlite/sqlite.connection.js';
import { SqliteReadModel, readModelFile } from '../read-model/sqlite/sqlite.read-model.js';
import { ReadModelView } from './read-model-view.js';

/** A read model of a data directory as it stood when it was opened, whatever the service writes meanwhile. */
export interface FrozenReadModel {
  readonly view: ReadModelView;
  close(): Promise<void>;
}

/**
 * Opens the read model of a data directory at its last commit, to be looked at only. Until it is closed the
 * write-ahead log beside the file cannot shrink.
 *
 * @throws Error when there is none
 */
export async function openFrozen(directory: string): Promise<FrozenReadModel> {
  const file = join(directory, readModelFile);
  try {
    await access(file);
  } catch (error) {
    throw new Error(`there is no read model in ${directory}; start the service over it once`, { cause: error });
  }
  const connection = SqliteConnection.open(file, { queryOnly: true });
  const db = new Kysely<ReadModelSchema>({ dialect: new SqliteDialect({ database: connection }) });
  const moment = await db.startTransaction().execute();
  // A transaction sees what there is at its first look, not at its beginning.
  await moment.selectFrom('generations').select('projection').limit(1).execute();
  return {
    view: new ReadModelView(moment),
    close: async () => {
      await moment.rollback().execute();
      await db.destroy();
    },
  };
}

/** An empty read model in a temporary directory, which goes with it. */
export interface TemporaryReadModel<Schema> {
  readonly readModel: SqliteReadModel<Schema>;
  readonly view: ReadModelView;
  close(): Promise<void>;
}

export async function openTemporary<Schema>(): Promise<TemporaryReadModel<Schema>> {
  const directory = await mkdtemp(join(tmpdir(), 'tagalong-replay-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const readModel = await SqliteReadModel.open<Schema>({ directory });
    return {
      readModel,
      view: new ReadModelView(readModel.queries),
      close: async () => {
        await readModel.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
