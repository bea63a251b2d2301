import Database from 'better-sqlite3';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { LRUCache } from 'lru-cache';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';

export type Parameters = readonly unknown[];

const cachedStatements = 500;
const busyTimeoutMs = 5_000;

/** A connection that prepares each statement once. It can be handed to Kysely. */
export class SqliteConnection implements SqliteDatabase {
  readonly #statements = new LRUCache<string, Database.Statement>({ max: cachedStatements });

  private constructor(private readonly database: Database.Database) {}

  /** @param file path, or `:memory:` */
  static open(file: string, options: { readonly queryOnly: boolean }): SqliteConnection {
    const database = new Database(file, { timeout: busyTimeoutMs });
    try {
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = NORMAL');
      database.pragma('cache_size = -32768');
      database.pragma('temp_store = MEMORY');
      if (options.queryOnly) database.pragma('query_only = ON');
    } catch (error) {
      database.close();
      throw error;
    }
    return new SqliteConnection(database);
  }

  get inTransaction(): boolean {
    return this.database.inTransaction;
  }

  /** The statement for Kysely, which reads rows in steps only through a statement of its own. */
  prepare(sql: string): SqliteStatement {
    const statement = this.statement(sql);
    return {
      reader: statement.reader,
      all: (parameters) => statement.all(parameters),
      run: (parameters) => statement.run(parameters),
      iterate: (parameters) => this.database.prepare(sql).iterate(parameters),
    };
  }

  statement(sql: string): Database.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Runs statements without parameters. */
  execute(sql: string): void {
    this.database.exec(sql);
  }

  /** Runs the work in one transaction: all of it, or nothing when it throws. */
  transaction<T>(work: () => T): T {
    this.statement('BEGIN IMMEDIATE').run();
    try {
      const result = work();
      this.statement('COMMIT').run();
      return result;
    } catch (error) {
      if (this.database.inTransaction) this.statement('ROLLBACK').run();
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.database.close();
  }
}

/** Faults of the disk or of another process that pass by themselves, as the kernel knows them. */
export function asKernelFault(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const passes = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|NOMEM)/.test(error.code);
  return passes
    ? new StoreUnavailableError(`the read model cannot be written: ${error.message} (${error.code})`, { cause: error })
    : error;
}
