import type { ColumnValue, Row } from './projection.js';

/** Stands for a list of column values in a `Map` or `Set`. */
export type RowKey = ColumnValue;

/** Two lists of values of the same columns have the same key only when they are equal. */
export function keyOfValues(values: readonly ColumnValue[]): RowKey {
  const [first] = values;
  if (values.length === 1 && first !== undefined) return first;
  let key = '';
  for (const value of values) key += encode(value);
  return key;
}

/** The key of these columns of a row. */
export function keyOfColumns(row: Row, columns: readonly string[]): RowKey {
  const [first] = columns;
  if (columns.length === 1 && first !== undefined) return valueOf(row, first);
  let key = '';
  for (const column of columns) key += encode(valueOf(row, column));
  return key;
}

/** The value of a column that every row of its table has. */
export function valueOf(row: Row, column: string): ColumnValue {
  const value = row[column];
  if (value === undefined) throw new TypeError(`a row has no column ${column}`);
  return value;
}

/** A text carries its length, so that no text can pretend to be two. */
function encode(value: ColumnValue): string {
  if (value === null) return '-;';
  return typeof value === 'number' ? `${value};` : `${value.length}:${value}`;
}
