import type { ColumnValue, Row, RowMatch, TableSpec } from './projection.js';

/** A row to write, beside what the table is known to hold under its key. */
export interface RowWrite {
  readonly row: Row;
  /** The row it replaces, `undefined` when there is none, `unknown` when that was never asked. */
  readonly before: Row | 'unknown' | undefined;
}

/** What became of one table. To be applied in the order of the fields: clears, then deletes, then writes. */
export interface TableChanges {
  readonly table: TableSpec;
  /** Every row that matches one of these goes. */
  readonly clears: readonly RowMatch<Row>[];
  /** Primary keys of rows that go. */
  readonly deletes: readonly (readonly ColumnValue[])[];
  readonly writes: readonly RowWrite[];
}
