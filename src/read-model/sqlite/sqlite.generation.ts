import type { Position } from '../../event-sourcing/position.js';
import type { TableChanges } from '../../event-sourcing/projection-changes.js';
import { CheckpointMovedError } from '../../event-sourcing/projection-store.js';
import type { Generation, GenerationCommit, GenerationProgress } from '../../event-sourcing/projection-store.js';
import type { ColumnValue, Projection, Row, RowMatch, TableSpec } from '../../event-sourcing/projection.js';
import { asKernelFault } from './sqlite.connection.js';
import type { SqliteConnection } from './sqlite.connection.js';
import { SqliteTable } from './sqlite.table.js';

/** More rows than this are written with pauses for the event loop. */
const rowsInOneStep = 1_000;

/** A generation whose tables lie in the read model's file. */
export class SqliteGeneration implements Generation {
  readonly #tables = new Map<string, SqliteTable>();

  constructor(
    private readonly connection: SqliteConnection,
    private readonly of: Projection,
    readonly number: number,
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
    return attempt(() => this.#progress());
  }

  loadKeys(table: TableSpec, keys: readonly (readonly ColumnValue[])[]): Promise<readonly Row[]> {
    return attempt(() => this.#table(table).loadKeys(keys));
  }

  loadWhere(table: TableSpec, match: RowMatch<Row>): Promise<readonly Row[]> {
    return attempt(() => this.#table(table).loadWhere(match));
  }

  async commit({ from, to, events, changes }: GenerationCommit): Promise<void> {
    const steps = (): Iterator<void> => this.#write(from, to, events, changes);
    const rows = changes.reduce((sum, { writes, deletes }) => sum + writes.length + deletes.length, 0);
    await attempt(() =>
      rows > rowsInOneStep
        ? this.connection.longTransaction(steps)
        : this.connection.transaction(() => {
            const running = steps();
            while (running.next().done !== true);
          }),
    );
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

  *#write(from: Position | undefined, to: Position, events: number, changes: readonly TableChanges[]): Generator<void> {
    this.#advance(from, to, events);
    for (const changed of changes) yield* this.#table(changed.table).write(changed, rowsInOneStep);
  }

  #advance(from: Position | undefined, to: Position, events: number): void {
    const { changes } = this.connection
      .statement(
        'UPDATE generations SET checkpoint = ?, events = events + ? WHERE projection = ? AND number = ? AND checkpoint IS ?',
      )
      .run(to, events, this.projection, this.number, from ?? null);
    if (changes !== 1) throw new CheckpointMovedError(this.projection, from, this.#progress().checkpoint);
  }

  #progress(): GenerationProgress {
    const row = this.connection
      .statement('SELECT checkpoint, events, complete FROM generations WHERE projection = ? AND number = ?')
      .get(this.projection, this.number);
    if (row === undefined)
      throw new Error(`generation ${this.number} of ${this.projection} is gone: a newer one has taken its place`);
    const { checkpoint, events, complete } = row as { checkpoint: string | null; events: number; complete: number };
    return { checkpoint: checkpoint ?? undefined, events, complete: complete === 1 };
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
