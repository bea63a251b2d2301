import { join } from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import type { Compilable } from 'kysely';
import type { SnapshotStore } from '../../event-sourcing/snapshot-store.js';
import { prepareQuery } from '../prepared-query.js';
import type { PreparedQuery, QueryTemplate } from '../prepared-query.js';
import type { FrozenReadModel, ReadModel } from '../read-model.js';
import { BulkWriter } from './bulk-writer.js';
import { SqliteConnection } from './sqlite.connection.js';
import { freezeFile } from './sqlite.frozen.js';
import { attempt } from './sqlite.generation.js';
import { migrate } from './sqlite.migrate.js';
import { SqliteProjectionStore } from './sqlite.projection-store.js';
import { SqliteSnapshotStore } from './sqlite.snapshot-store.js';

/** The name of the file inside the data directory. */
export const readModelFile = 'read-model.db';

/**
 * The embedded read model: one SQLite file beside the event store's.
 *
 * Projections write on one connection, queries read on another, so that a query sees what was
 * committed, at once, and never half of a batch. Many rows at once are written by a thread of their own.
 */
export class SqliteReadModel<Schema> implements ReadModel<Schema> {
  readonly projections: SqliteProjectionStore;
  readonly snapshots: SnapshotStore;
  readonly queries: Kysely<Schema>;
  readonly #bulk: BulkWriter | undefined;

  private constructor(
    private readonly writing: SqliteConnection,
    private readonly reading: SqliteConnection,
    private readonly file: string,
  ) {
    this.#bulk = file === ':memory:' ? undefined : new BulkWriter(file);
    this.projections = new SqliteProjectionStore(writing, file, this.#bulk);
    this.snapshots = new SqliteSnapshotStore(writing);
    this.queries = new Kysely<Schema>({ dialect: new SqliteDialect({ database: reading }) });
  }

  /**
   * Opens or creates the read model of a data directory, or one in memory that is gone with the process.
   *
   * @throws ReadModelDamagedError when the file is damaged
   * @throws Error when it cannot be opened or was written by a newer release; says what to do
   */
  static async open<Schema>(at: { readonly directory: string } | ':memory:'): Promise<SqliteReadModel<Schema>> {
    const file = at === ':memory:' ? at : join(at.directory, readModelFile);
    const writing = openConnection(file);
    try {
      writing.requireSound();
      await migrate(writing, file);
      const reading = at === ':memory:' ? writing : SqliteConnection.open(file, { queryOnly: true });
      return new SqliteReadModel<Schema>(writing, reading, file);
    } catch (error) {
      writing.close();
      throw error;
    }
  }

  prepare<P extends object, Result>(template: QueryTemplate<Schema, P, Result>): PreparedQuery<P, Result> {
    return prepareQuery(this.queries, (sql, parameters) => this.reading.query(sql, parameters), template);
  }

  write(statements: readonly Compilable[]): Promise<void> {
    const compiled = statements.map((statement) => statement.compile());
    return attempt(() =>
      this.writing.transaction(() => {
        for (const { sql, parameters } of compiled) this.writing.statement(sql).run(...parameters);
      }),
    );
  }

  /** @throws Error for a read model in memory, which nobody else can look at */
  async freeze(): Promise<FrozenReadModel> {
    return freezeFile(this.file);
  }

  fault(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async close(): Promise<void> {
    await this.#bulk?.close();
    await this.queries.destroy();
    if (this.reading !== this.writing) this.reading.close();
    this.writing.close();
  }
}

function openConnection(file: string): SqliteConnection {
  try {
    return SqliteConnection.open(file, { queryOnly: false });
  } catch (error) {
    throw new Error(
      `the read model ${file} cannot be opened: ${error instanceof Error ? error.message : String(error)}. ` +
        'If the file is damaged, stop the service, delete it together with its -wal and -shm files and start again: it is built again from the event store',
      { cause: error },
    );
  }
}
