import type { Position } from '../../event-sourcing/position.js';
import { CheckpointMovedError, TermEndedError } from '../../event-sourcing/projection-store.js';
import type { Generation, GenerationCommit, GenerationProgress } from '../../event-sourcing/projection-store.js';
import type { ColumnValue, Projection, Row, RowMatch, TableSpec } from '../../event-sourcing/projection.js';
import type { PostgresConnections } from './postgres.connections.js';
import { PostgresTable } from './postgres.table.js';
import type { StatementRunner } from './postgres.table.js';
import { encodeNotice } from './term-fence.js';
import type { TermFence } from './term-fence.js';

const advance =
  'UPDATE generations SET checkpoint = $1, events = events + $2 ' +
  'WHERE projection = $3 AND number = $4 AND checkpoint IS NOT DISTINCT FROM $5';

/** The same within a term, and for everybody to hear. Who begins a term changes the rows, and so waits for whoever is in here. */
const advanceInTerm =
  `WITH advanced AS (${advance} AND term = $6 RETURNING projection) ` +
  'SELECT pg_notify($7::text, $8::text) FROM advanced';

/** A generation whose tables lie in a schema of PostgreSQL. */
export class PostgresGeneration implements Generation {
  readonly #tables = new Map<string, PostgresTable>();

  constructor(
    private readonly database: PostgresConnections,
    private readonly of: Projection,
    readonly number: number,
    private readonly fence?: TermFence,
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
    if (changes.length === 0) return this.#advance(this.database, from, to, events, false);
    await this.database.transaction(async (transaction) => {
      await this.#advance(transaction, from, to, events, true);
      for (const changed of changes) await this.#table(changed.table).write(transaction, changed);
    });
  }

  async complete(): Promise<void> {
    const { rowCount } = await this.database.run(
      'UPDATE generations SET complete = 1 WHERE projection = $1 AND number = $2 AND ($3::bigint IS NULL OR term = $3)',
      [this.projection, this.number, this.fence?.term ?? null],
    );
    if (rowCount !== 1 && this.fence !== undefined) throw new TermEndedError(this.fence.term);
  }

  async #advance(
    database: StatementRunner,
    from: Position | undefined,
    to: Position,
    events: number,
    rows: boolean,
  ): Promise<void> {
    const { fence, projection, number } = this;
    const values = [to, events, projection, number, from ?? null];
    const { rowCount } =
      fence === undefined
        ? await database.run(advance, values)
        : await database.run(advanceInTerm, [
            ...values,
            fence.term,
            fence.channel,
            encodeNotice({ kind: 'commit', projection, generation: number, checkpoint: to, rows }),
          ]);
    if (rowCount === 1) return;
    const { checkpoint } = await this.#progress(database);
    throw new CheckpointMovedError(this.projection, from, checkpoint);
  }

  async #progress(database: StatementRunner): Promise<GenerationProgress> {
    const { rows } = await database.run(
      'SELECT checkpoint, events, complete, term FROM generations WHERE projection = $1 AND number = $2',
      [this.projection, this.number],
    );
    const [row] = rows;
    if (this.fence !== undefined && row?.['term'] !== this.fence.term) throw new TermEndedError(this.fence.term);
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
