import type { TableChanges } from '../../event-sourcing/projection-changes.js';
import type { Generation, GenerationCommit, GenerationProgress } from '../../event-sourcing/projection-store.js';
import type { ColumnValue, Projection, Row, RowMatch, TableSpec } from '../../event-sourcing/projection.js';
import type { BulkWriter } from './bulk-writer.js';
import { moveCheckpoint, progressOf } from './sqlite.checkpoint.js';
import type { CheckpointStep } from './sqlite.checkpoint.js';
import { asKernelFault } from './sqlite.connection.js';
import type { SqliteConnection } from './sqlite.connection.js';
import { run } from './sqlite.statements.js';
import type { StatementRuns } from './sqlite.statements.js';
import { SqliteTable } from './sqlite.table.js';

/** More rows than this are written by another thread or, where there is none, with pauses for the event loop. */
const rowsInOneStep = 1_000;

/** A generation whose tables lie in the read model's file. */
export class SqliteGeneration implements Generation {
  readonly #tables = new Map<string, SqliteTable>();

  constructor(
    private readonly connection: SqliteConnection,
    private readonly of: Projection,
    readonly number: number,
    private readonly bulk: BulkWriter | undefined,
  ) {
    for (const spec of of.tables) this.#tables.set(spec.name, new SqliteTable(connection, spec, number));
  }

  get projection(): string {
    return this.of.name;
  }

  get version(): number {
    return this.of.version;
  }

  progress(): Promise<GenerationProgress> {
    return attempt(() => progressOf(this.connection, this.projection, this.number));
  }

  loadKeys(table: TableSpec, keys: readonly (readonly ColumnValue[])[]): Promise<readonly Row[]> {
    return attempt(() => this.#table(table).loadKeys(keys));
  }

  loadWhere(table: TableSpec, match: RowMatch<Row>): Promise<readonly Row[]> {
    return attempt(() => this.#table(table).loadWhere(match));
  }

  async commit({ from, to, events, changes }: GenerationCommit): Promise<void> {
    const step: CheckpointStep = { projection: this.projection, number: this.number, from, to, events };
    const rows = changes.reduce((sum, { writes, deletes }) => sum + writes.length + deletes.length, 0);
    await attempt(() => (rows > rowsInOneStep ? this.#commitMany(step, changes) : this.#commitFew(step, changes)));
  }

  #commitFew(step: CheckpointStep, changes: readonly TableChanges[]): Promise<void> {
    return this.connection.transaction(() => {
      moveCheckpoint(this.connection, step);
      for (const statement of this.#statements(changes)) run(this.connection, statement);
    });
  }

  #commitMany(step: CheckpointStep, changes: readonly TableChanges[]): Promise<void> {
    const { connection, bulk } = this;
    if (bulk !== undefined) return connection.whileIdle(() => bulk.commit(step, this.#statements(changes)));
    const statements = this.#statements(changes);
    return connection.longTransaction(function* () {
      moveCheckpoint(connection, step);
      for (const statement of statements) {
        run(connection, statement);
        yield;
      }
    });
  }

  complete(): Promise<void> {
    return attempt(() =>
      this.connection.transaction(() => {
        this.connection
          .statement('UPDATE generations SET complete = 1 WHERE projection = ? AND number = ?')
          .run(this.projection, this.number);
      }),
    );
  }

  *#statements(changes: readonly TableChanges[]): Generator<StatementRuns> {
    for (const changed of changes) yield* this.#table(changed.table).statements(changed, rowsInOneStep);
  }

  #table(spec: TableSpec): SqliteTable {
    const table = this.#tables.get(spec.name);
    if (table === undefined) throw new TypeError(`projection ${this.projection} has no table ${spec.name}`);
    return table;
  }
}

/** Runs database work with the faults the kernel knows. */
export async function attempt<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asKernelFault(error);
  }
}
