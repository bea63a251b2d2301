import { Kysely, PostgresDialect } from 'kysely';
import type { FrozenReadModel } from '../read-model.js';
import type { PostgresConnections } from './postgres.connections.js';
import { holdShown } from './structure-locks.js';

/**
 * What is committed now, on a connection of its own. A transaction alone would not do: names always mean the newest
 * tables, whatever rows it sees. So nothing is swapped in until it is closed.
 */
export async function freeze(connections: PostgresConnections, schema: string): Promise<FrozenReadModel> {
  const connection = await connections.connect();
  try {
    // Before the moment is fixed by the first look, or a swap could come in between.
    await holdShown(connection, schema);
    await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', []);
    // Between two looks much else may be done.
    await connection.query('SET LOCAL idle_in_transaction_session_timeout = 0', []);
    await connection.query('SELECT 1 FROM generations LIMIT 1', []);
  } catch (error) {
    connection.discard();
    throw error;
  }
  const kept = {
    query: connection.query.bind(connection),
    release: () => undefined,
  };
  const pool = { connect: () => Promise.resolve(kept), end: () => Promise.resolve() };
  return {
    queries: new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }),
    close: async () => {
      try {
        // The server notices some time later that a session is gone; whoever waits to swap need not wait for that.
        await connection.query('ROLLBACK', []);
        await connection.query('SELECT pg_advisory_unlock_all()', []);
      } catch {
        // A session that is broken holds nothing any more.
      } finally {
        connection.discard();
      }
    },
  };
}
