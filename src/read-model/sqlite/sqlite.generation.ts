import type { Position } from '../../event-sourcing/position.js';
import { CheckpointMovedError } from '../../event-sourcing/projection-store.js';
import type { Generation, GenerationCommit, GenerationProgress } from '../../event-sourcing/projection-store.js';
import type { ColumnValue, Projection, Row, RowMatch, TableSpec } from '../../event-sourcing/projection.js';
import { asKernelFault } from './sqlite.connection.js';
import type { SqliteConnection } from './sqlite.connection.js';
import { SqliteTable } from './sqlite.table.js';

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

  commit({ from, to, events, changes }: GenerationCommit): Promise<void> {
    return attempt(() => {
      this.connection.transaction(() => {
        this.#advance(from, to, events);
        for (const changed of changes) this.#table(changed.table).write(changed);
      });
    });
  }

  complete(): Promise<void> {
    return attempt(() => {
      this.connection
        .statement('UPDATE generations SET complete = 1 WHERE projection = ? AND number = ?')
        .run(this.projection, this.number);
    });
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

/** Runs synchronous database work with the faults the kernel knows. */
export function attempt<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(asError(asKernelFault(error)));
  }
}

function asError(fault: unknown): Error {
  return fault instanceof Error ? fault : new Error(String(fault));
}
