/** How the read model in PostgreSQL is reached, and what it may cost there. Times are in milliseconds. */
export interface PostgresSettings {
  /** `postgres://user:password@host:port/database`, with `sslmode` and the like as libpq knows them. */
  readonly url: string;
  /** Holds every table. Created when it is not there. */
  readonly schema: string;
  /** Connections of this process at most, two at least. */
  readonly connections: number;
  /** How long to wait for a connection. */
  readonly connectTimeoutMs: number;
  /** The longest a single statement may run. */
  readonly statementTimeoutMs: number;
  /** The longest a statement may wait for a lock. */
  readonly lockTimeoutMs: number;
  /** After so long without a word PostgreSQL gives up a transaction of ours, for a process that hangs must not hold locks. */
  readonly idleInTransactionTimeoutMs: number;
}

export const defaultPostgresSettings: Omit<PostgresSettings, 'url'> = {
  schema: 'tagalong',
  connections: 12,
  connectTimeoutMs: 5_000,
  statementTimeoutMs: 30_000,
  lockTimeoutMs: 5_000,
  idleInTransactionTimeoutMs: 10_000,
};

const schemaPattern = /^[a-z_][a-z0-9_]{0,62}$/;

/** Lower-case letters, digits and `_`; names that begin with `pg_` are PostgreSQL's own. */
export function isSchemaName(text: string): boolean {
  return schemaPattern.test(text) && !text.startsWith('pg_');
}

/** True for a URL that names a user, and by it or its path a database. */
export function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, pathname } = new URL(text);
  try {
    decodeURIComponent(username + password + pathname);
  } catch {
    return false;
  }
  return /^postgres(ql)?:$/.test(protocol) && username !== '';
}

/** The parts of the URL that may be shown: no password. */
export function partsOf(url: string): { readonly server: string; readonly database: string; readonly user: string } {
  const { host, pathname, username, searchParams } = new URL(url);
  const user = decodeURIComponent(username);
  const server = host === '' ? (searchParams.get('host') ?? 'localhost') : host;
  return { server, database: decodeURIComponent(pathname.slice(1)) || user, user };
}

/** Where the read model is, for messages. */
export function placeOf({ url, schema }: Pick<PostgresSettings, 'url' | 'schema'>): string {
  const { server, database } = partsOf(url);
  return `in schema ${schema} of database ${database} at ${server}`;
}
