import type { RowWrite, TableChanges } from '../../event-sourcing/projection-changes.js';
import type { ColumnValue, Row, RowMatch, TableSpec } from '../../event-sourcing/projection.js';
import { physicalName, quote } from '../ddl.js';
import type { Answer } from './postgres.connections.js';

/** Runs a statement that is prepared once per connection. */
export interface StatementRunner {
  run(text: string, values: readonly unknown[]): Promise<Answer>;
}

/** Rows in one statement at most: beyond that a larger one saves nothing, and holds up the event loop. */
const rowsAtOnce = 2_000;

/**
 * Reads and writes one table of one generation. Rows and keys go as one array per column, so that a statement has the
 * same text and as many parameters as there are columns, however many rows it is about.
 */
export class PostgresTable {
  readonly #columns: readonly string[];
  readonly #name: string;
  readonly #selectAll: string;
  readonly #selectKeys: string;
  readonly #deleteKeys: string;
  readonly #insert: string;
  readonly #upsert: string;
  readonly #update: string;

  constructor(
    private readonly spec: TableSpec,
    generation: number,
  ) {
    const { primaryKey } = spec;
    const columns = Object.keys(spec.columns);
    const name = quote(physicalName(spec.name, generation));
    const list = columns.map(quote).join(', ');
    const rest = columns.filter((column) => !primaryKey.includes(column));
    const rows = `unnest(${this.#arrays(columns)}) AS given (${list})`;
    const keys = `unnest(${this.#arrays(primaryKey)}) AS given (${primaryKey.map(quote).join(', ')})`;
    const sameKey = primaryKey.map((column) => `held.${quote(column)} = given.${quote(column)}`).join(' AND ');
    this.#columns = columns;
    this.#name = name;
    this.#selectAll = `SELECT ${list} FROM ${name}`;
    this.#selectKeys = `SELECT ${columns.map((column) => `held.${quote(column)}`).join(', ')} FROM ${keys} JOIN ${name} AS held ON ${sameKey}`;
    this.#deleteKeys = `DELETE FROM ${name} AS held USING ${keys} WHERE ${sameKey}`;
    this.#insert = `INSERT INTO ${name} (${list}) SELECT ${list} FROM ${rows}`;
    this.#upsert =
      `${this.#insert} ON CONFLICT (${primaryKey.map(quote).join(', ')}) ` +
      (rest.length === 0
        ? 'DO NOTHING'
        : `DO UPDATE SET ${rest.map((column) => `${quote(column)} = excluded.${quote(column)}`).join(', ')}`);
    this.#update = `UPDATE ${name} AS held SET ${rest.map((column) => `${quote(column)} = given.${quote(column)}`).join(', ')} FROM ${rows} WHERE ${sameKey}`;
  }

  async loadKeys(database: StatementRunner, keys: readonly (readonly ColumnValue[])[]): Promise<Row[]> {
    const found: Row[] = [];
    for (const some of inParts(keys)) {
      const { rows } = await database.run(this.#selectKeys, this.#keyArrays(some));
      for (const row of rows) found.push(this.#row(row));
    }
    return found;
  }

  async loadWhere(database: StatementRunner, match: RowMatch<Row>): Promise<Row[]> {
    const { condition, values } = whereOf(match);
    const { rows } = await database.run(this.#selectAll + condition, values);
    return rows.map((row) => this.#row(row));
  }

  /** Clears, then deletes, then writes. */
  async write(database: StatementRunner, { clears, deletes, writes }: TableChanges): Promise<void> {
    for (const match of clears) {
      const { condition, values } = whereOf(match);
      await database.run(`DELETE FROM ${this.#name}${condition}`, values);
    }
    for (const some of inParts(deletes)) await database.run(this.#deleteKeys, this.#keyArrays(some));
    await this.#writeRows(database, this.#insert, writes, (before) => before === undefined);
    await this.#writeRows(database, this.#upsert, writes, (before) => before === 'unknown');
    await this.#writeRows(database, this.#update, writes, (before) => typeof before === 'object');
  }

  async #writeRows(
    database: StatementRunner,
    statement: string,
    writes: readonly RowWrite[],
    chosen: (before: RowWrite['before']) => boolean,
  ): Promise<void> {
    const rows = writes.filter(({ before }) => chosen(before)).map(({ row }) => row);
    for (const some of inParts(rows))
      await database.run(
        statement,
        this.#columns.map((column) => some.map((row) => row[column] ?? null)),
      );
  }

  #keyArrays(keys: readonly (readonly ColumnValue[])[]): ColumnValue[][] {
    return this.spec.primaryKey.map((_, index) => keys.map((key) => key[index] ?? null));
  }

  #arrays(columns: readonly string[]): string {
    return columns
      .map((column, index) => `$${index + 1}::${this.spec.columns[column]?.type === 'integer' ? 'bigint' : 'text'}[]`)
      .join(', ');
  }

  /** Column by column, so that all rows of a table share one shape in memory. */
  #row(found: Readonly<Record<string, unknown>>): Row {
    const row: Record<string, ColumnValue> = {};
    for (const column of this.#columns) row[column] = columnValue(found[column]);
    return row;
  }
}

function columnValue(value: unknown): ColumnValue {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (value === null || value === undefined) return null;
  throw new TypeError(`a column holds ${typeof value}, which is neither text nor integer`);
}

function* inParts<T>(all: readonly T[]): Generator<readonly T[]> {
  if (all.length <= rowsAtOnce) {
    if (all.length > 0) yield all;
    return;
  }
  for (let from = 0; from < all.length; from += rowsAtOnce) yield all.slice(from, from + rowsAtOnce);
}

function whereOf(match: RowMatch<Row>): { readonly condition: string; readonly values: readonly ColumnValue[] } {
  const conditions: string[] = [];
  const values: ColumnValue[] = [];
  for (const [column, value] of Object.entries(match)) {
    if (value === undefined) continue;
    if (value !== null) values.push(value);
    conditions.push(value === null ? `${quote(column)} IS NULL` : `${quote(column)} = $${values.length}`);
  }
  return { condition: conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`, values };
}
