import { Kysely, Migrator } from 'kysely';
import { quote } from '../ddl.js';
import { postgresMigrations as migrations } from './postgres.migrations.js';
import { PostgresConnections } from './postgres.connections.js';
import type { PostgresConnection } from './postgres.connections.js';
import { startupFault } from './postgres.faults.js';
import type { PostgresSettings } from './postgres.settings.js';
import { placeOf } from './postgres.settings.js';
import { SchemaDialect } from './schema-dialect.js';

const oldestVersion = 130_000;

/**
 * Creates the schema and brings the fixed tables up to date. Processes that start at the same time take turns.
 *
 * @throws Error when the server cannot be used, or the schema was written by a newer release; says what to do
 */
export async function migrate(settings: PostgresSettings): Promise<void> {
  const broken: Error[] = [];
  const connections = new PostgresConnections(settings, 'migrating', 2, (error) => broken.push(error));
  try {
    const holder = await connections.connect();
    try {
      await checkServer(holder);
      await holder.query(`SELECT pg_advisory_lock(hashtext('tagalong read model'), hashtext($1))`, [settings.schema]);
      await createSchema(holder, settings.schema);
      await bringUpToDate(connections, holder, settings);
    } finally {
      // With its session the lock goes too, whatever has happened.
      holder.discard();
    }
  } catch (error) {
    throw startupFault(error, settings);
  } finally {
    await connections.end();
  }
}

async function checkServer(connection: PostgresConnection): Promise<void> {
  const { rows } = await connection.query<{ version: number; name: string; encoding: string; standby: boolean }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS name,
      current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby`,
    [],
  );
  for (const { version, name, encoding, standby } of rows) {
    if (version < oldestVersion) throw new Error(`PostgreSQL ${name} is too old for the read model; 13 is the oldest`);
    if (encoding !== 'UTF8')
      throw new Error(`the database is encoded in ${encoding}; create one with ENCODING 'UTF8' TEMPLATE template0`);
    if (standby)
      throw new Error(
        'this PostgreSQL server is a standby and takes no writes; name the primary in TAGALONG_READ_MODEL',
      );
  }
}

/** Asked for only where it is missing: to create it "if not exists" needs the right to create even where it exists. */
async function createSchema(connection: PostgresConnection, schema: string): Promise<void> {
  const { rows } = await connection.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rows.length === 0) await connection.query(`CREATE SCHEMA ${quote(schema)}`, []);
}

async function bringUpToDate(
  connections: PostgresConnections,
  connection: PostgresConnection,
  settings: PostgresSettings,
): Promise<void> {
  const unknown = (await appliedMigrations(connection, settings.schema)).find((name) => !(name in migrations));
  if (unknown !== undefined)
    throw new Error(
      `the read model ${placeOf(settings)} was written by a newer release (schema ${unknown}): run that release, ` +
        `or drop the schema and let it be built again: DROP SCHEMA ${quote(settings.schema)} CASCADE`,
    );
  const migrator = new Migrator({
    db: new Kysely({ dialect: new SchemaDialect(connections, settings.schema) }),
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableSchema: settings.schema,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined)
    throw error instanceof Error ? error : new Error('its schema cannot be brought up to date', { cause: error });
}

async function appliedMigrations(connection: PostgresConnection, schema: string): Promise<readonly string[]> {
  const table = `${quote(schema)}.kysely_migration`;
  const { rows: found } = await connection.query('SELECT 1 WHERE to_regclass($1) IS NOT NULL', [table]);
  if (found.length === 0) return [];
  const { rows } = await connection.query<{ name: string }>(`SELECT name FROM ${table} ORDER BY name`, []);
  return rows.map(({ name }) => name);
}
