import { valueOf } from './projection-row-key.js';
import type { ColumnSpec, ColumnValue, Row, TableSpec } from './projection.js';

/** What can be told about rows from the specification of their table alone. */
export class TableShape {
  readonly #columns: readonly (readonly [name: string, spec: ColumnSpec])[];
  readonly #names: readonly string[];

  constructor(readonly spec: TableSpec) {
    this.#columns = Object.entries(spec.columns);
    this.#names = Object.keys(spec.columns);
  }

  /** @throws TypeError when these are not as many values as the primary key has columns */
  checkKey(key: readonly ColumnValue[]): void {
    const wanted = this.spec.primaryKey.length;
    if (key.length !== wanted)
      throw new TypeError(`table ${this.spec.name}: a key has ${wanted} values, not ${key.length}`);
  }

  /** The values of a row's primary key. */
  keyValues(row: Row): readonly ColumnValue[] {
    return this.spec.primaryKey.map((column) => valueOf(row, column));
  }

  /** True when the row has this primary key. */
  hasKey(row: Row, values: readonly ColumnValue[]): boolean {
    const { primaryKey } = this.spec;
    for (let index = 0; index < primaryKey.length; index++)
      if (row[primaryKey[index] ?? ''] !== values[index]) return false;
    return true;
  }

  /** As much of a row as its key tells. */
  keyRow(values: readonly ColumnValue[]): Row {
    return Object.fromEntries(this.spec.primaryKey.map((column, index) => [column, values[index] ?? null]));
  }

  /** @throws TypeError when a value is missing or does not fit its column */
  check(row: Row): void {
    for (const [column, { type, nullable = false }] of this.#columns) {
      const value = row[column];
      const fits =
        value === null ? nullable : type === 'text' ? typeof value === 'string' : Number.isSafeInteger(value);
      if (!fits)
        throw new TypeError(
          `table ${this.spec.name}: ${JSON.stringify(value)} cannot stand in column ${column} (${type}${nullable ? ' or null' : ''})`,
        );
    }
  }

  /** How many characters of text the row holds. */
  weight(row: Row | undefined): number {
    let weight = 0;
    if (row !== undefined) {
      for (const name of this.#names) {
        const value = row[name];
        if (typeof value === 'string') weight += value.length;
      }
    }
    return weight;
  }

  /** @throws TypeError when the table has no such column */
  checkColumns(columns: readonly string[]): void {
    const unknown = columns.find((column) => !(column in this.spec.columns));
    if (unknown !== undefined) throw new TypeError(`table ${this.spec.name} has no column ${unknown}`);
  }

  equal(a: Row, b: Row): boolean {
    if (a === b) return true;
    for (const name of this.#names) if (a[name] !== b[name]) return false;
    return true;
  }

  /** Orders rows by their primary key. */
  compare(a: Row, b: Row): number {
    for (const column of this.spec.primaryKey) {
      const left = valueOf(a, column);
      const right = valueOf(b, column);
      if (left === right || left === null || right === null) continue;
      return left < right ? -1 : 1;
    }
    return 0;
  }
}
