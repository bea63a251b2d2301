import type { Position } from '../../event-sourcing/position.js';
import { CheckpointMovedError } from '../../event-sourcing/projection-store.js';
import type { Generation, GenerationCommit, GenerationProgress } from '../../event-sourcing/projection-store.js';
import type { ColumnValue, Projection, Row, RowMatch, TableSpec } from '../../event-sourcing/projection.js';
import type { PostgresConnections } from './postgres.connections.js';
import { PostgresTable } from './postgres.table.js';
import type { StatementRunner } from './postgres.table.js';

const advance =
  'UPDATE generations SET checkpoint = $1, events = events + $2 ' +
  'WHERE projection = $3 AND number = $4 AND checkpoint IS NOT DISTINCT FROM $5';

/** A generation whose tables lie in a schema of PostgreSQL. */
export class PostgresGeneration implements Generation {
  readonly #tables = new Map<string, PostgresTable>();

  constructor(
    private readonly database: PostgresConnections,
    private readonly of: Projection,
    readonly number: number,
  ) {
    for (const spec of of.tables) this.#tables.set(spec.name, new PostgresTable(spec, number));
  }

  get projection(): string {
    return this.of.name;
  }

  get version(): number {
    return this.of.version;
  }

  progress(): Promise<GenerationProgress> {
    return this.#progress(this.database);
  }

  loadKeys(table: TableSpec, keys: readonly (readonly ColumnValue[])[]): Promise<readonly Row[]> {
    return this.#table(table).loadKeys(this.database, keys);
  }

  loadWhere(table: TableSpec, match: RowMatch<Row>): Promise<readonly Row[]> {
    return this.#table(table).loadWhere(this.database, match);
  }

  /** The checkpoint goes first: its row is locked until the end, so that of two who begin at it one comes second. */
  async commit({ from, to, events, changes }: GenerationCommit): Promise<void> {
    if (changes.length === 0) return this.#advance(this.database, from, to, events);
    await this.database.transaction(async (transaction) => {
      await this.#advance(transaction, from, to, events);
      for (const changed of changes) await this.#table(changed.table).write(transaction, changed);
    });
  }

  async complete(): Promise<void> {
    await this.database.run('UPDATE generations SET complete = 1 WHERE projection = $1 AND number = $2', [
      this.projection,
      this.number,
    ]);
  }

  async #advance(database: StatementRunner, from: Position | undefined, to: Position, events: number): Promise<void> {
    const { rowCount } = await database.run(advance, [to, events, this.projection, this.number, from ?? null]);
    if (rowCount === 1) return;
    const { checkpoint } = await this.#progress(database);
    throw new CheckpointMovedError(this.projection, from, checkpoint);
  }

  async #progress(database: StatementRunner): Promise<GenerationProgress> {
    const { rows } = await database.run(
      'SELECT checkpoint, events, complete FROM generations WHERE projection = $1 AND number = $2',
      [this.projection, this.number],
    );
    const [row] = rows;
    if (row === undefined)
      throw new Error(`generation ${this.number} of ${this.projection} is gone: a newer one has taken its place`);
    const { checkpoint, events, complete } = row;
    return {
      checkpoint: typeof checkpoint === 'string' ? checkpoint : undefined,
      events: Number(events),
      complete: complete === 1,
    };
  }

  #table(spec: TableSpec): PostgresTable {
    const table = this.#tables.get(spec.name);
    if (table === undefined) throw new TypeError(`projection ${this.projection} has no table ${spec.name}`);
    return table;
  }
}
