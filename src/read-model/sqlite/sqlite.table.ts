import type { RowWrite, TableChanges } from '../../event-sourcing/projection-changes.js';
import type { ColumnValue, Row, RowMatch, TableSpec } from '../../event-sourcing/projection.js';
import { physicalName, quote } from '../ddl.js';
import type { SqliteConnection } from './sqlite.connection.js';
import type { StatementRuns } from './sqlite.statements.js';

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
  /** Where the primary key stands: in a whole row, and where there is nothing else. */
  readonly #keyInRow: readonly number[];
  readonly #keyFirst: readonly number[];
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
    this.#keyInRow = spec.primaryKey.map((column) => columns.indexOf(column));
    this.#keyFirst = spec.primaryKey.map((_, index) => index);
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

  /**
   * The statements that write the changes, to be run in this order. None runs more often than `limit` times, so that
   * whoever runs them can pause in between.
   */
  *statements({ clears, deletes, writes }: TableChanges, limit: number): Iterable<StatementRuns> {
    for (const match of clears) {
      const { condition, values } = whereOf(match);
      yield { sql: `DELETE FROM ${this.#name}${condition}`, width: values.length, values, key: [] };
    }
    const removed = new RunsOfOne(this.#delete, this.#keyFirst);
    for (const key of deletes) if (removed.add(key) === limit) yield removed.take();
    if (removed.count > 0) yield removed.take();
    const written = new Map<string, RunsOfOne>();
    for (const { row, before } of writes) {
      const runs = this.#write(row, before, written);
      if (runs.count === limit) yield runs.take();
    }
    for (const runs of written.values()) if (runs.count > 0) yield runs.take();
  }

  #write(row: Row, before: RowWrite['before'], written: Map<string, RunsOfOne>): RunsOfOne {
    if (before !== undefined && before !== 'unknown') return this.#update(row, before, written);
    const runs = this.#runs(before === undefined ? this.#insert : this.#upsert, this.#keyInRow, written);
    runs.add(this.#values(row));
    return runs;
  }

  /** Sets only what has changed, so that indexes on other columns are left alone. */
  #update(row: Row, before: Row, written: Map<string, RunsOfOne>): RunsOfOne {
    const values: ColumnValue[] = [];
    let changed = '';
    for (let index = 0; index < this.#columns.length; index++) {
      const column = this.#columns[index] ?? '';
      const value = row[column] ?? null;
      if (value === before[column]) continue;
      changed += `${index},`;
      values.push(value);
    }
    const key = this.spec.primaryKey.map((_, index) => values.length + index);
    for (const column of this.spec.primaryKey) values.push(row[column] ?? null);
    const runs = this.#runs(this.#updates.get(changed) ?? this.#updateOf(changed), key, written);
    runs.add(values);
    return runs;
  }

  #runs(sql: string, key: readonly number[], written: Map<string, RunsOfOne>): RunsOfOne {
    const known = written.get(sql);
    if (known !== undefined) return known;
    const runs = new RunsOfOne(sql, key);
    written.set(sql, runs);
    return runs;
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

/** Gathers the runs of one statement. */
class RunsOfOne {
  count = 0;
  #width = 0;
  #values: ColumnValue[] = [];

  constructor(
    private readonly sql: string,
    private readonly key: readonly number[],
  ) {}

  /** Adds a run. Answers how many there are. */
  add(values: readonly ColumnValue[]): number {
    this.#width = values.length;
    for (const value of values) this.#values.push(value);
    return ++this.count;
  }

  /** Gives them away. */
  take(): StatementRuns {
    const { sql, key } = this;
    const taken = { sql, width: this.#width, values: this.#values, key };
    this.#values = [];
    this.count = 0;
    return taken;
  }
}
