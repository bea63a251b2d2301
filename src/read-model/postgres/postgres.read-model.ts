import { Kysely, PostgresDialect } from 'kysely';
import type { Compilable } from 'kysely';
import type { SnapshotStore } from '../../event-sourcing/snapshot-store.js';
import type { ServiceSecrets } from '../../service-secrets/service-secrets.js';
import { prepareQuery } from '../prepared-query.js';
import type { PreparedQuery, QueryTemplate } from '../prepared-query.js';
import type { FrozenReadModel, ReadModel } from '../read-model.js';
import { PostgresConnections } from './postgres.connections.js';
import type { Answer } from './postgres.connections.js';
import { freeze } from './postgres.frozen.js';
import { migrate } from './postgres.migrate.js';
import { PostgresProjectionStore } from './postgres.projection-store.js';
import type { PostgresSettings } from './postgres.settings.js';
import { PostgresServiceSecrets } from './postgres.service-secrets.js';
import { PostgresSnapshotStore } from './postgres.snapshot-store.js';
import { channelOf } from './term-fence.js';

export interface PostgresReadModelOptions {
  /**
   * Told when a connection broke that nobody used. The next query takes another; but the server that answers it may
   * have lost the latest rows, as after a failover.
   */
  readonly onConnectionLost?: (error: Error) => void;
  /**
   * After so long without a word from a transaction that writes, PostgreSQL gives it up, in place of what the settings
   * say. Short where another node has to go on when this one hangs.
   */
  readonly idleWriterMs?: number;
}

/**
 * The read model in a schema of a PostgreSQL database, which several processes may share.
 *
 * Projections write on some connections, queries read on the others: a query sees what was committed, at once, and
 * never half of a batch, and neither takes connections from the other.
 */
export class PostgresReadModel<Schema> implements ReadModel<Schema> {
  readonly projections: PostgresProjectionStore;
  readonly snapshots: SnapshotStore;
  readonly queries: Kysely<Schema>;
  readonly secrets: ServiceSecrets;

  private constructor(
    private readonly writing: PostgresConnections,
    private readonly reading: PostgresConnections,
    readonly settings: PostgresSettings,
  ) {
    this.projections = new PostgresProjectionStore(writing, settings);
    this.secrets = new PostgresServiceSecrets(writing);
    this.snapshots = new PostgresSnapshotStore(writing);
    this.queries = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: reading }) });
  }

  /**
   * Opens the read model, or creates it where there is none.
   *
   * @throws Error when the server cannot be used; says what to do
   */
  static async open<Schema>(
    settings: PostgresSettings,
    {
      onConnectionLost = () => undefined,
      idleWriterMs = settings.idleInTransactionTimeoutMs,
    }: PostgresReadModelOptions = {},
  ): Promise<PostgresReadModel<Schema>> {
    await migrate(settings);
    const writers = Math.max(1, Math.floor(settings.connections / 3));
    const writing = new PostgresConnections(
      { ...settings, idleInTransactionTimeoutMs: idleWriterMs },
      'writing',
      writers,
      onConnectionLost,
    );
    const reading = new PostgresConnections(settings, 'reading', settings.connections - writers, onConnectionLost);
    return new PostgresReadModel<Schema>(writing, reading, settings);
  }

  prepare<P extends object, Result>(template: QueryTemplate<Schema, P, Result>): PreparedQuery<P, Result> {
    return prepareQuery(
      this.queries,
      async (text, parameters) => (await this.reading.run(text, parameters)).rows,
      template,
    );
  }

  async write(statements: readonly Compilable[]): Promise<void> {
    const compiled = statements.map((statement) => statement.compile());
    await this.writing.transaction(async (connection) => {
      for (const { sql, parameters } of compiled) await connection.run(sql, parameters);
    });
  }

  /** The same generations, written to as long as the term lasts. */
  inTerm(term: number): PostgresProjectionStore {
    return new PostgresProjectionStore(this.writing, this.settings, { term, channel: channelOf(this.settings.schema) });
  }

  /** Runs one statement that may write. @throws StoreUnavailableError when the database cannot take it now */
  run(text: string, values: readonly unknown[]): Promise<Answer> {
    return this.writing.run(text, values);
  }

  freeze(): Promise<FrozenReadModel> {
    return freeze(this.reading, this.settings.schema);
  }

  async fault(): Promise<string | undefined> {
    try {
      await this.reading.run('SELECT 1');
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async close(): Promise<void> {
    await this.reading.end();
    await this.writing.end();
  }
}
