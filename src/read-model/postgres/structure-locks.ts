import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import type { PostgresConnection } from './postgres.connections.js';

const structure = 'tagalong structure';
const shown = 'tagalong shown';

/** Whoever changes which generations there are takes turns, until the end of the transaction. */
export async function lockStructure(transaction: PostgresConnection, schema: string): Promise<void> {
  await transaction.query('SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))', [structure, schema]);
}

/**
 * For those who change what queries see, until the end of the transaction.
 *
 * @throws StoreUnavailableError while somebody holds what is shown. To wait in line would hold up all who only begin a
 *   generation
 */
export async function lockShown(transaction: PostgresConnection, schema: string): Promise<void> {
  const { rows } = await transaction.query<{ free: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtext($1), hashtext($2)) AS free',
    [shown, schema],
  );
  if (rows[0]?.free !== true)
    throw new StoreUnavailableError('the read model is being looked at as it is now, by a verification for instance');
}

/** Keeps what queries see as it is, as long as the session lasts. */
export async function holdShown(session: PostgresConnection, schema: string): Promise<void> {
  await session.query('SELECT pg_advisory_lock_shared(hashtext($1), hashtext($2))', [shown, schema]);
}
