import type { ColumnValue, Row, TableSpec } from '../../event-sourcing/projection.js';
import { keyOf } from '../read-model-view.js';

/** A row that is not as it should be. */
export type RowDifference =
  | { readonly kind: 'row-missing'; readonly key: readonly ColumnValue[]; readonly replayed: Row }
  | { readonly kind: 'row-too-many'; readonly key: readonly ColumnValue[]; readonly live: Row }
  | {
      readonly kind: 'row-differs';
      readonly key: readonly ColumnValue[];
      /** The columns that differ. */
      readonly columns: readonly string[];
      readonly live: Row;
      readonly replayed: Row;
    };

/** What became of one step of the comparison; `undefined` for two equal rows. */
export type Comparison = RowDifference | undefined;

/** Walks through two tables in the order of the primary key and answers once for every key. */
export async function* compareRows(
  table: TableSpec,
  live: AsyncIterator<Row>,
  replayed: AsyncIterator<Row>,
): AsyncGenerator<Comparison, void, undefined> {
  let left = await next(live);
  let right = await next(replayed);
  while (left !== undefined || right !== undefined) {
    const order =
      left === undefined ? 1 : right === undefined ? -1 : compareKeys(keyOf(table, left), keyOf(table, right));
    if (left !== undefined && order < 0) {
      yield { kind: 'row-too-many', key: keyOf(table, left), live: left };
    } else if (right !== undefined && order > 0) {
      yield { kind: 'row-missing', key: keyOf(table, right), replayed: right };
    } else if (left !== undefined && right !== undefined) {
      yield compareColumns(table, left, right);
    }
    if (order <= 0) left = await next(live);
    if (order >= 0) right = await next(replayed);
  }
}

async function next(rows: AsyncIterator<Row>): Promise<Row | undefined> {
  const result = await rows.next();
  return result.done === true ? undefined : result.value;
}

function compareColumns(table: TableSpec, live: Row, replayed: Row): Comparison {
  const columns = Object.keys(table.columns).filter((column) => live[column] !== replayed[column]);
  return columns.length === 0 ? undefined : { kind: 'row-differs', key: keyOf(table, live), columns, live, replayed };
}

function compareKeys(a: readonly ColumnValue[], b: readonly ColumnValue[]): number {
  for (const [index, left] of a.entries()) {
    const order = compareValues(left, b[index] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

function compareValues(a: ColumnValue, b: ColumnValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareTexts(String(a), String(b));
}

/** Orders texts by code points, as databases order their UTF-8; JavaScript would order by UTF-16 units. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return aboveSurrogates(left) - aboveSurrogates(right);
  }
  return a.length - b.length;
}

/** Puts the halves of characters beyond U+FFFF behind all others. */
function aboveSurrogates(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
