import type { TableChanges } from '../../event-sourcing/projection-changes.js';
import type { ColumnValue, Row, RowMatch, TableSpec } from '../../event-sourcing/projection.js';
import type { SqliteConnection } from './sqlite.connection.js';
import { physicalName, quote } from './sqlite.ddl.js';

/** Reads and writes one table of one generation. */
export class SqliteTable {
  readonly #name: string;
  readonly #columns: readonly string[];
  readonly #selectRow: string;
  readonly #selectAll: string;
  readonly #insert: string;
  readonly #upsert: string;
  readonly #keyCondition: string;

  constructor(
    private readonly connection: SqliteConnection,
    private readonly spec: TableSpec,
    generation: number,
  ) {
    const columns = Object.keys(spec.columns);
    const name = quote(physicalName(spec.name, generation));
    const list = columns.map(quote).join(', ');
    const rest = columns.filter((column) => !spec.primaryKey.includes(column));
    const updates = rest.map((column) => `${quote(column)} = excluded.${quote(column)}`).join(', ');
    this.#name = name;
    this.#columns = columns;
    this.#keyCondition = spec.primaryKey.map((column) => `${quote(column)} = ?`).join(' AND ');
    this.#selectAll = `SELECT ${list} FROM ${name}`;
    this.#selectRow = `${this.#selectAll} WHERE ${this.#keyCondition}`;
    this.#insert = `INSERT INTO ${name} (${list}) VALUES (${columns.map(() => '?').join(', ')})`;
    this.#upsert =
      `${this.#insert} ON CONFLICT (${spec.primaryKey.map(quote).join(', ')}) ` +
      (rest.length === 0 ? 'DO NOTHING' : `DO UPDATE SET ${updates}`);
  }

  loadKeys(keys: readonly (readonly ColumnValue[])[]): Row[] {
    const select = this.connection.statement(this.#selectRow);
    const rows: Row[] = [];
    for (const key of keys) {
      const row = select.get(...key);
      if (row !== undefined) rows.push(asRow(row));
    }
    return rows;
  }

  loadWhere(match: RowMatch<Row>): Row[] {
    const { condition, values } = whereOf(match);
    return this.connection
      .statement(this.#selectAll + condition)
      .all(...values)
      .map(asRow);
  }

  write({ clears, deletes, writes }: TableChanges): void {
    for (const match of clears) {
      const { condition, values } = whereOf(match);
      this.connection.statement(`DELETE FROM ${this.#name}${condition}`).run(...values);
    }
    const remove = this.connection.statement(`DELETE FROM ${this.#name} WHERE ${this.#keyCondition}`);
    for (const key of deletes) remove.run(...key);
    const insert = this.connection.statement(this.#insert);
    const upsert = this.connection.statement(this.#upsert);
    for (const { row, before } of writes) {
      if (before === undefined) insert.run(...this.#values(row));
      else if (before === 'unknown') upsert.run(...this.#values(row));
      else this.#update(row, before);
    }
  }

  /** Sets only what has changed, so that indexes on other columns are left alone. */
  #update(row: Row, before: Row): void {
    const values: ColumnValue[] = [];
    let assignments = '';
    for (const column of this.#columns) {
      const value = row[column];
      if (value === undefined || value === before[column]) continue;
      assignments += `${assignments === '' ? '' : ', '}${quote(column)} = ?`;
      values.push(value);
    }
    for (const column of this.spec.primaryKey) values.push(row[column] ?? null);
    this.connection.statement(`UPDATE ${this.#name} SET ${assignments} WHERE ${this.#keyCondition}`).run(...values);
  }

  #values(row: Row): ColumnValue[] {
    return this.#columns.map((column) => row[column] ?? null);
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

/** Every column of a generation's tables is text, an integer or null. */
function asRow(row: unknown): Row {
  return row as Row;
}
