import { Kysely, Migrator, SqliteDialect } from 'kysely';
import { ReadModelDamagedError } from '../../event-sourcing/projection-store.js';
import { migrations } from '../migrations.js';
import type { SqliteConnection } from './sqlite.connection.js';

/**
 * Brings the fixed tables up to date.
 *
 * @throws Error when the file was written by a newer release
 */
export async function migrate(connection: SqliteConnection, file: string): Promise<void> {
  const unknown = appliedMigrations(connection).find((name) => !(name in migrations));
  if (unknown !== undefined)
    throw new Error(
      `the read model ${file} was written by a newer release (schema ${unknown}): run that release, or delete the file and let it be built again`,
    );
  const migrator = new Migrator({
    db: new Kysely({ dialect: new SqliteDialect({ database: connection }) }),
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error instanceof ReadModelDamagedError) throw error;
  if (error !== undefined)
    throw new Error(`the schema of the read model ${file} cannot be brought up to date`, { cause: error });
}

function appliedMigrations(connection: SqliteConnection): string[] {
  const found = connection.statement(`SELECT 1 FROM sqlite_schema WHERE name = 'kysely_migration'`).get();
  if (found === undefined) return [];
  const rows = connection.statement('SELECT name FROM kysely_migration ORDER BY name').all();
  return (rows as { name: string }[]).map(({ name }) => name);
}
