import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';
import { asKernelFault, endsConnection } from './postgres.faults.js';
import { StatementNames } from './statement-names.js';
import type { PostgresSettings } from './postgres.settings.js';
import { sessionOptions } from './session-options.js';
import type { Purpose } from './session-options.js';
import { columnTypes } from './column-types.js';

/** The answer of PostgreSQL to a statement. */
export type Answer = Pick<pg.QueryResult<Readonly<Record<string, unknown>>>, 'command' | 'rowCount' | 'rows'>;

/** A prepared statement of an earlier schema: prepared anew it runs. */
const outdatedPlan = '0A000';

/** The client gives up so much later than the server should have. */
const graceMs = 2_000;
const longestMigrationMs = 600_000;
const keepIdleMs = 30_000;
const longestLifeSeconds = 3_600;

/** A bounded number of connections with limits on what each may take. Faults come as the kernel knows them. */
export class PostgresConnections implements PostgresPool {
  readonly #pool: pg.Pool;
  readonly #names = new StatementNames();
  #ended: Promise<void> | undefined;

  /** @param lost called when a connection breaks that nobody uses */
  constructor(settings: PostgresSettings, purpose: Purpose, max: number, lost: (error: Error) => void) {
    this.#pool = new pg.Pool({
      ...sessionOptions(settings, purpose),
      max,
      types: columnTypes,
      keepAlive: true,
      connectionTimeoutMillis: settings.connectTimeoutMs,
      idleTimeoutMillis: keepIdleMs,
      // One for writing stays, and so tells of a server that is gone, even while nothing happens.
      ...(purpose === 'writing' ? { min: 1 } : { maxLifetimeSeconds: longestLifeSeconds }),
      query_timeout: purpose === 'migrating' ? longestMigrationMs : settings.statementTimeoutMs + graceMs,
    });
    this.#pool.on('error', lost);
    // The pool takes its own listener off before whoever waits for the connection hears of it. One that breaks in between
    // would end the process; this way the next statement tells.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async connect(): Promise<PostgresConnection> {
    try {
      return new PostgresConnection(await this.#pool.connect(), this.#names);
    } catch (error) {
      throw asKernelFault(error);
    }
  }

  /** Runs one statement by itself. It is prepared once per connection. */
  async run(text: string, values: readonly unknown[] = []): Promise<Answer> {
    const connection = await this.connect();
    try {
      return await connection.run(text, values);
    } finally {
      connection.release();
    }
  }

  /**
   * Runs the work in a transaction: all of it, or nothing when it throws.
   *
   * @throws StoreUnavailableError when the connection breaks; then the outcome is not known
   */
  async transaction<T>(work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    const connection = await this.connect();
    try {
      await connection.query('BEGIN', []);
      const result = await work(connection);
      await connection.commit();
      return result;
    } catch (error) {
      await connection.rollback();
      throw error;
    } finally {
      connection.release();
    }
  }

  /** Calling it twice is harmless. */
  end(): Promise<void> {
    this.#ended ??= this.#pool.end();
    return this.#ended;
  }
}

/** A connection in use by one. */
export class PostgresConnection implements PostgresPoolClient {
  #broken = false;

  constructor(
    private readonly client: pg.PoolClient,
    private readonly names: StatementNames,
  ) {
    // A connection that breaks while nobody waits for an answer says so here, and again with the next statement.
    client.on('error', this.#break);
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    sql: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof sql !== 'string') throw new TypeError('rows are read whole, not by a cursor');
    // The query builder has typed the rows of this very statement.
    return this.#send({ text: sql, values: [...parameters] }) as Promise<PostgresQueryResult<R>>;
  }

  /** Runs a statement that is prepared once per connection. */
  async run(text: string, values: readonly unknown[]): Promise<Answer> {
    const name = this.names.of(text);
    try {
      return await this.#send({ name, text, values: [...values] });
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === outdatedPlan)) throw error;
      this.names.renew(text, name);
      if (this.client.getTransactionStatus() !== 'I') throw error;
      return this.#send({ name: this.names.of(text), text, values: [...values] });
    }
  }

  /** @throws Error when the transaction had failed before, which PostgreSQL itself answers without an error */
  async commit(): Promise<void> {
    const { command } = await this.#send({ text: 'COMMIT' });
    if (command !== 'COMMIT') throw new Error('a transaction was committed after one of its statements had failed');
  }

  /** Ends a transaction that failed; one whose connection is gone has ended already. */
  async rollback(): Promise<void> {
    if (this.#broken) return;
    try {
      await this.#send({ text: 'ROLLBACK' });
    } catch {
      this.#broken = true;
    }
  }

  /** Closes it in place of giving it back. */
  discard(): void {
    this.#broken = true;
    this.release();
  }

  release(): void {
    this.client.off('error', this.#break);
    this.client.release(this.#broken);
  }

  async #send(query: pg.QueryConfig): Promise<pg.QueryResult<Readonly<Record<string, unknown>>>> {
    try {
      return await this.client.query<Readonly<Record<string, unknown>>>(query);
    } catch (error) {
      if (endsConnection(error)) this.#break();
      throw asKernelFault(error);
    }
  }

  readonly #break = (): void => {
    this.#broken = true;
  };
}
