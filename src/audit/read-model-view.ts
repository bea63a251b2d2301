import type { QueryExecutorProvider } from 'kysely';
import { sql } from 'kysely';
import type { Position } from '../event-sourcing/position.js';
import type { ColumnValue, Projection, Row, TableSpec } from '../event-sourcing/projection.js';
import type { ReadModelSchema } from '../read-model/schema.js';

/** The live generation of a projection. */
export interface LiveGeneration {
  readonly version: number;
  readonly checkpoint: Position | undefined;
  /** Events it has been given. */
  readonly events: number;
}

const pageSize = 500;

/** Reads what queries see of a read model. Give it a transaction to see one moment only. */
export class ReadModelView {
  constructor(private readonly db: QueryExecutorProvider) {}

  /** `undefined` when the projection was never run. */
  async generation(projection: Projection): Promise<LiveGeneration | undefined> {
    const { rows } = await sql<Pick<ReadModelSchema['generations'], 'version' | 'checkpoint' | 'events'>>`
      select version, checkpoint, events from generations where projection = ${projection.name} and state = 'live'
    `.execute(this.db);
    const [row] = rows;
    if (row === undefined) return undefined;
    return { version: row.version, checkpoint: row.checkpoint ?? undefined, events: row.events };
  }

  /** All rows of a table in the order of its primary key, texts by code point. */
  async *rows<R extends Row>(table: TableSpec<R>): AsyncGenerator<R, void, undefined> {
    const columns = sql.join(Object.keys(table.columns).map((column) => sql.ref(column)));
    const key = sql.join(table.primaryKey.map((column) => sql.ref(column)));
    let after: readonly ColumnValue[] | undefined;
    for (;;) {
      const beyond = after === undefined ? sql`1 = 1` : sql`(${key}) > (${sql.join(after)})`;
      const { rows } = await sql<R>`
        select ${columns} from ${sql.table(table.name)} where ${beyond} order by ${key} limit ${sql.lit(pageSize)}
      `.execute(this.db);
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageSize) return;
      after = keyOf(table, last);
    }
  }
}

/** The values of a row's primary key. */
export function keyOf<R extends Row>(table: TableSpec<R>, row: R): ColumnValue[] {
  return table.primaryKey.map((column) => row[column] ?? null);
}
