import pg from 'pg';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import type { PostgresSettings } from './postgres.settings.js';
import { partsOf } from './postgres.settings.js';

/**
 * States of PostgreSQL that pass by themselves or by the hand of its operator: connections, sign-in and the database
 * itself (08, 28, 3D), rolled back or out of time (40, 55P03, 57, 25P03), a standby (25006), out of room (53), the
 * machine (58).
 */
const passing = /^(08|28|3D|40|53|55P03|57|58|25006|25P03)/;

/** An answer of the server, its SQLSTATE in `code`; otherwise the connection itself is at fault. */
export function isAnswer(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError;
}

/** True when the connection is of no use any more. */
export function endsConnection(error: unknown): boolean {
  return !isAnswer(error) || error.severity === 'FATAL' || error.severity === 'PANIC';
}

/** Faults that pass by themselves, as the kernel knows them. */
export function asKernelFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreUnavailableError) return error;
  if (isAnswer(error) ? !passing.test(error.code ?? '') : isOurs(error)) return error;
  return new StoreUnavailableError(`the read model cannot be reached: ${reasonOf(error)}`, { cause: error });
}

/** What stands in the way of opening the read model, and what to do about it. */
export function startupFault(error: unknown, settings: PostgresSettings): unknown {
  const cause = error instanceof StoreUnavailableError ? error.cause : error;
  if (!(cause instanceof Error)) return error;
  const remedy = isAnswer(cause)
    ? remedyFor(cause, settings)
    : error instanceof StoreUnavailableError
      ? connectionRemedy(cause, settings)
      : undefined;
  if (remedy === undefined) return error;
  const { server } = partsOf(settings.url);
  return new Error(`the read model in PostgreSQL at ${server} cannot be opened: ${reasonOf(cause)}. ${remedy}`, {
    cause,
  });
}

function remedyFor({ code = '' }: pg.DatabaseError, settings: PostgresSettings): string | undefined {
  const { user, database } = partsOf(settings.url);
  const { schema } = settings;
  if (code.startsWith('28'))
    return `Check user and password in TAGALONG_READ_MODEL, and that pg_hba.conf lets ${user} in from here`;
  switch (code) {
    case '3D000':
      return `Create the database: CREATE DATABASE "${database}"`;
    case '42501':
      return (
        `Give ${user} the right to create the schema: GRANT CREATE ON DATABASE "${database}" TO "${user}"; ` +
        `or, where schema ${schema} is there already, make it ${user}'s own: ALTER SCHEMA "${schema}" OWNER TO "${user}"`
      );
    case '53300':
      return 'Raise max_connections of the server, or lower TAGALONG_READ_MODEL_CONNECTIONS';
    case '25006':
      return 'This server is a standby, or is set to read only: name the primary in TAGALONG_READ_MODEL';
    case '55P03':
      return 'Another process is changing the schema; start again when it has ended';
    default:
      return code.startsWith('57P') ? 'The server starts, stops or recovers; start again when it is up' : undefined;
  }
}

function connectionRemedy(cause: Error, { url }: PostgresSettings): string {
  if (/SSL|TLS|certificate/i.test(`${cause.message} ${codeOf(cause)}`))
    return 'Check sslmode and sslrootcert in TAGALONG_READ_MODEL against what the server offers';
  return `Check that the server runs and that TAGALONG_READ_MODEL names it: ${partsOf(url).server}`;
}

/** Mistakes of the program are none of the connection's. */
function isOurs(error: Error): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

/** A connection tried at several addresses fails with an error for each and no message of its own. */
function reasonOf(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const message = error.message === '' && first instanceof Error ? first.message : error.message;
  const code = codeOf(error);
  return code === '' || message.includes(code) ? message : `${message} (${code})`;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
