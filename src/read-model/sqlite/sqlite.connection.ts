import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { LRUCache } from 'lru-cache';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import { ReadModelDamagedError } from '../../event-sourcing/projection-store.js';
import type { ColumnValue } from '../../event-sourcing/projection.js';

const cachedStatements = 500;
const busyTimeoutMs = 5_000;

/** Up to this size a file is checked whole when it is opened: that takes a fraction of a second. */
const largestChecked = 32 * 1024 * 1024;

/** 32 MB of write-ahead log: a page that changes often is then copied into the file once for many commits. */
const checkpointEveryPages = 8_000;

/** Work on its way into a transaction. */
interface WaitingWork {
  /** Does it, and answers what to call when it is committed. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** A connection that prepares each statement once. It can be handed to Kysely. */
export class SqliteConnection implements SqliteDatabase {
  readonly #statements = new LRUCache<string, Database.Statement>({ max: cachedStatements });

  readonly #rawStatements = new LRUCache<string, Database.Statement<[readonly ColumnValue[]], ColumnValue[]>>({
    max: cachedStatements,
  });
  #waiting: WaitingWork[] = [];
  /** Resolves when nothing keeps other transactions off any more, while something does. */
  #busy: Promise<void> | undefined;

  private constructor(private readonly database: Database.Database) {}

  /** @param file path, or `:memory:` */
  static open(file: string, options: { readonly queryOnly: boolean }): SqliteConnection {
    const database = new Database(file, { timeout: busyTimeoutMs });
    try {
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = NORMAL');
      database.pragma(`wal_autocheckpoint = ${checkpointEveryPages}`);
      database.pragma('cache_size = -32768');
      database.pragma('temp_store = MEMORY');
      if (options.queryOnly) database.pragma('query_only = ON');
    } catch (error) {
      database.close();
      throw error;
    }
    return new SqliteConnection(database);
  }

  /** The statement for Kysely, which reads rows in steps only through a statement of its own. */
  prepare(sql: string): SqliteStatement {
    const statement = this.statement(sql);
    return {
      reader: statement.reader,
      all: (parameters) => withKernelFaults(() => statement.all(parameters)),
      run: (parameters) => withKernelFaults(() => statement.run(parameters)),
      iterate: (parameters) => this.database.prepare(sql).iterate(parameters),
    };
  }

  /** Every row a query answers. */
  query(sql: string, parameters: readonly unknown[]): unknown[] {
    return withKernelFaults(() => this.statement(sql).all(...parameters));
  }

  /**
   * Reads a file of moderate size whole and looks whether its pages hang together.
   *
   * @throws ReadModelDamagedError when they do not
   */
  requireSound(): void {
    const [pages, pageSize] = [this.#pragma('page_count'), this.#pragma('page_size')];
    if (Number(pages) * Number(pageSize) > largestChecked) return;
    const verdict = withKernelFaults(() => this.#pragma('quick_check(1)'));
    if (verdict !== 'ok') throw damage(String(verdict));
  }

  #pragma(name: string): unknown {
    return this.database.pragma(name, { simple: true });
  }

  statement(sql: string): Database.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** A statement that gives rows as lists of values. Every column it names is text, an integer or null. */
  rawStatement(sql: string): Database.Statement<[readonly ColumnValue[]], ColumnValue[]> {
    const known = this.#rawStatements.get(sql);
    if (known !== undefined) return known;
    const statement = this.database.prepare<[readonly ColumnValue[]], ColumnValue[]>(sql).raw();
    this.#rawStatements.set(sql, statement);
    return statement;
  }

  /** Runs statements without parameters. */
  execute(sql: string): void {
    this.database.exec(sql);
  }

  /**
   * Runs the work in a transaction: all of it, or nothing when it throws. What is asked for in the
   * same turn of the event loop shares one commit, each work standing or falling by itself.
   */
  transaction<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({
        run: () => {
          const result = work();
          return () => {
            resolve(result);
          };
        },
        reject,
      });
      if (this.#waiting.length === 1) setImmediate(this.#commitWaiting);
    });
  }

  /** Runs the work in a transaction at once: all of it, or nothing when it throws. For a connection that nobody else uses. */
  transactionNow(work: () => void): void {
    try {
      this.#run('BEGIN IMMEDIATE');
      work();
      this.#run('COMMIT');
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  readonly #commitWaiting = (): void => {
    if (this.#busy !== undefined) {
      void this.#busy.then(this.#commitWaiting);
      return;
    }
    const works = this.#waiting;
    this.#waiting = [];
    const outcomes: (() => void)[] = [];
    try {
      this.#run('BEGIN IMMEDIATE');
      for (const work of works) outcomes.push(this.#attempt(work));
      this.#run('COMMIT');
    } catch (error) {
      this.#rollback();
      for (const { reject } of works) reject(error);
      return;
    }
    for (const settle of outcomes) settle();
  };

  /** Answers how to settle the work once it is committed. */
  #attempt({ run, reject }: WaitingWork): () => void {
    this.#run('SAVEPOINT work');
    try {
      const settle = run();
      this.#run('RELEASE work');
      return settle;
    } catch (error) {
      if (!this.database.inTransaction) throw error;
      this.#run('ROLLBACK TO work');
      this.#run('RELEASE work');
      return () => {
        reject(error);
      };
    }
  }

  /**
   * The same for work in many steps. The event loop gets its turn between two of them; meanwhile
   * other transactions of this connection wait, and what it reads includes the work so far.
   */
  longTransaction(steps: () => Iterator<void>): Promise<void> {
    return this.whileIdle(() => this.#inSteps(steps));
  }

  /** Begins no transaction while the work goes on, since another connection writes the file. */
  async whileIdle(work: () => Promise<void>): Promise<void> {
    while (this.#busy !== undefined) await this.#busy;
    const working = work();
    this.#busy = working.then(this.#end, this.#end);
    await working;
  }

  async #inSteps(steps: () => Iterator<void>): Promise<void> {
    this.#run('BEGIN IMMEDIATE');
    try {
      const running = steps();
      while (running.next().done !== true) await nextTurn();
      this.#run('COMMIT');
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  readonly #end = (): void => {
    this.#busy = undefined;
  };

  /** On a full or failing disk SQLite has rolled back by itself. */
  #rollback(): void {
    if (this.database.inTransaction) this.#run('ROLLBACK');
  }

  #run(sql: string): void {
    this.statement(sql).run();
  }

  close(): void {
    this.#statements.clear();
    this.database.close();
  }
}

/** Faults of the disk, and those of another process that pass by themselves, as the kernel knows them. */
export function asKernelFault(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) return damage(error.message, { cause: error });
  const passes = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|NOMEM)/.test(error.code);
  return passes
    ? new StoreUnavailableError(`the read model cannot be written: ${error.message} (${error.code})`, { cause: error })
    : error;
}

function withKernelFaults<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asKernelFault(error);
  }
}

function damage(fault: string, options?: ErrorOptions): ReadModelDamagedError {
  return new ReadModelDamagedError(
    `the read model is damaged: ${fault.replaceAll('\n', ' ')}. Stop the service, delete read-model.db together with its -wal and -shm files, ` +
      'and start again: it is built again from the event store',
    options,
  );
}
