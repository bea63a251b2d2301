import { access } from 'node:fs/promises';
import { Kysely, SqliteDialect } from 'kysely';
import type { FrozenReadModel } from '../read-model.js';
import type { ReadModelSchema } from '../schema.js';
import { SqliteConnection } from './sqlite.connection.js';

/**
 * The read model in a file at its last commit, to be looked at only, whether or not a service writes it. Until it is
 * closed the write-ahead log beside the file cannot shrink.
 *
 * @throws Error when there is no such file
 */
export async function freezeFile(file: string): Promise<FrozenReadModel> {
  try {
    await access(file);
  } catch (error) {
    throw new Error(`there is no read model ${file}; start the service over it once`, { cause: error });
  }
  const connection = SqliteConnection.open(file, { queryOnly: true });
  const db = new Kysely<ReadModelSchema>({ dialect: new SqliteDialect({ database: connection }) });
  const moment = await db.startTransaction().execute();
  // A transaction sees what there is at its first look, not at its beginning.
  await moment.selectFrom('generations').select('projection').limit(1).execute();
  return {
    queries: moment,
    close: async () => {
      await moment.rollback().execute();
      await db.destroy();
    },
  };
}
