import type { RowWrite, TableChanges } from '../../event-sourcing/projection-changes.js';
import type { ColumnValue, Row, RowMatch, TableSpec } from '../../event-sourcing/projection.js';
import type { SqliteConnection } from './sqlite.connection.js';
import { physicalName, quote } from './sqlite.ddl.js';

/** Reads and writes one table of one generation. */
export class SqliteTable {
  readonly #name: string;
  readonly #columns: readonly string[];
  readonly #selectAll: string;
  readonly #selectRow: string;
  readonly #insert: string;
  readonly #upsert: string;
  readonly #delete: string;
  readonly #ofKey: string;
  /** Update statements by the columns they set. */
  readonly #updates = new Map<string, string>();

  constructor(
    private readonly connection: SqliteConnection,
    private readonly spec: TableSpec,
    generation: number,
  ) {
    const columns = Object.keys(spec.columns);
    const name = quote(physicalName(spec.name, generation));
    const list = columns.map(quote).join(', ');
    const rest = columns.filter((column) => !spec.primaryKey.includes(column));
    const replaced = rest.map((column) => `${quote(column)} = excluded.${quote(column)}`).join(', ');
    this.#name = name;
    this.#columns = columns;
    this.#ofKey = ` WHERE ${spec.primaryKey.map((column) => `${quote(column)} = ?`).join(' AND ')}`;
    this.#selectAll = `SELECT ${list} FROM ${name}`;
    this.#selectRow = this.#selectAll + this.#ofKey;
    this.#delete = `DELETE FROM ${name}${this.#ofKey}`;
    this.#insert = `INSERT INTO ${name} (${list}) VALUES (${columns.map(() => '?').join(', ')})`;
    this.#upsert =
      `${this.#insert} ON CONFLICT (${spec.primaryKey.map(quote).join(', ')}) ` +
      (rest.length === 0 ? 'DO NOTHING' : `DO UPDATE SET ${replaced}`);
  }

  loadKeys(keys: readonly (readonly ColumnValue[])[]): Row[] {
    const select = this.connection.rawStatement(this.#selectRow);
    const rows: Row[] = [];
    for (const key of keys) {
      const values = select.get(key);
      if (values !== undefined) rows.push(this.#row(values));
    }
    return rows;
  }

  loadWhere(match: RowMatch<Row>): Row[] {
    const { condition, values } = whereOf(match);
    const found = this.connection.rawStatement(this.#selectAll + condition).all(values);
    return found.map((row) => this.#row(row));
  }

  /** Writes, pausing after every so many rows. */
  *write({ clears, deletes, writes }: TableChanges, rowsInOneStep: number): Iterable<void> {
    for (const match of clears) {
      const { condition, values } = whereOf(match);
      this.connection.statement(`DELETE FROM ${this.#name}${condition}`).run(values);
    }
    let written = 0;
    for (const key of deletes) {
      this.connection.statement(this.#delete).run(key);
      if (++written % rowsInOneStep === 0) yield;
    }
    const ordered = writes.length > rowsInOneStep ? this.#inKeyOrder(writes) : writes;
    const insert = this.connection.statement(this.#insert);
    for (const { row, before } of ordered) {
      if (before === undefined) insert.run(this.#values(row));
      else if (before === 'unknown') this.connection.statement(this.#upsert).run(this.#values(row));
      else this.#update(row, before);
      if (++written % rowsInOneStep === 0) yield;
    }
  }

  /** Neighbours in the table are written one after another, so that each page is written out once. */
  #inKeyOrder(writes: readonly RowWrite[]): readonly RowWrite[] {
    const [first = '', ...others] = this.spec.primaryKey;
    return writes.toSorted((a, b) => {
      let order = compareValues(a.row[first], b.row[first]);
      for (let index = 0; order === 0 && index < others.length; index++) {
        const column = others[index] ?? '';
        order = compareValues(a.row[column], b.row[column]);
      }
      return order;
    });
  }

  /** Sets only what has changed, so that indexes on other columns are left alone. */
  #update(row: Row, before: Row): void {
    const values: ColumnValue[] = [];
    let changed = '';
    for (let index = 0; index < this.#columns.length; index++) {
      const column = this.#columns[index] ?? '';
      const value = row[column] ?? null;
      if (value === before[column]) continue;
      changed += `${index},`;
      values.push(value);
    }
    for (const column of this.spec.primaryKey) values.push(row[column] ?? null);
    this.connection.statement(this.#updates.get(changed) ?? this.#updateOf(changed)).run(values);
  }

  #updateOf(changed: string): string {
    const indexes = changed.split(',').slice(0, -1).map(Number);
    const assignments = indexes.map((index) => `${quote(this.#columns[index] ?? '')} = ?`).join(', ');
    const update = `UPDATE ${this.#name} SET ${assignments}${this.#ofKey}`;
    this.#updates.set(changed, update);
    return update;
  }

  #values(row: Row): ColumnValue[] {
    const values: ColumnValue[] = [];
    for (const column of this.#columns) values.push(row[column] ?? null);
    return values;
  }

  /** Column by column, so that all rows of a table share one shape in memory. */
  #row(values: readonly ColumnValue[]): Row {
    const row: Record<string, ColumnValue> = {};
    let index = 0;
    for (const column of this.#columns) row[column] = values[index++] ?? null;
    return row;
  }
}

function whereOf(match: RowMatch<Row>): { readonly condition: string; readonly values: readonly ColumnValue[] } {
  const conditions: string[] = [];
  const values: ColumnValue[] = [];
  for (const [column, value] of Object.entries(match)) {
    if (value === undefined) continue;
    conditions.push(value === null ? `${quote(column)} IS NULL` : `${quote(column)} = ?`);
    if (value !== null) values.push(value);
  }
  return { condition: conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`, values };
}

function compareValues(a: ColumnValue | undefined, b: ColumnValue | undefined): number {
  if (a === b || a === undefined || a === null || b === undefined || b === null) return 0;
  return a < b ? -1 : 1;
}
