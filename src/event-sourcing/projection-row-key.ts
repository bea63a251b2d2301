import type { ColumnValue, Row } from './projection.js';

/** Stands for a list of column values in a `Map` or `Set`. */
export type RowKey = ColumnValue;

/** Two lists of values of the same columns have the same key only when they are equal. */
export function keyOfValues(values: readonly ColumnValue[]): RowKey {
  const last = values.length - 1;
  if (last < 0) return '';
  const end = values[last] ?? null;
  if (last === 0) return end;
  let key = '';
  for (let index = 0; index < last; index++) key += encode(values[index] ?? null);
  return key + encodeLast(end);
}

/** The key of these columns of a row. */
export function keyOfColumns(row: Row, columns: readonly string[]): RowKey {
  const last = columns.length - 1;
  if (last < 0) return '';
  const end = valueOf(row, columns[last] ?? '');
  if (last === 0) return end;
  let key = '';
  for (let index = 0; index < last; index++) key += encode(valueOf(row, columns[index] ?? ''));
  return key + encodeLast(end);
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

function encodeLast(value: ColumnValue): string {
  if (value === null) return '-';
  return typeof value === 'number' ? `${value}` : `:${value}`;
}
