import type { RowWrite, TableChanges } from './projection-changes.js';
import { MatchSet, RowIndex, parseMatch } from './projection-row-index.js';
import type { ParsedMatch } from './projection-row-index.js';
import { keyOfValues, valueOf } from './projection-row-key.js';
import type { RowKey } from './projection-row-key.js';
import type { RowSource } from './projection-rows.js';
import type { ColumnSpec, ColumnValue, Row, RowMatch, RowSet, TableSpec } from './projection.js';

/** What is known about one key. */
interface Entry {
  /** The row as the batch has left it. */
  row: Row | undefined;
  /** The row as the database has it; pending clears may still take it. */
  stored: Row | 'unknown' | undefined;
  readonly values: readonly ColumnValue[];
  /** The last batch that loaded, put or deleted it. */
  batch: number;
  dirty: boolean;
}

/** The rows of one table: see {@link RowSet}. */
export class TableBuffer implements RowSet<Row> {
  readonly #entries = new Map<RowKey, Entry>();
  readonly #indexes = new Map<string, RowIndex<Entry>>();
  /** Matches whose rows are all known. */
  readonly #complete = new MatchSet();
  /** The same, as far as this batch has asked. */
  readonly #askedNow = new MatchSet();
  readonly #clears = new MatchSet();
  #clearList: RowMatch<Row>[] = [];
  #dirty: Entry[] = [];
  #batch = 0;
  readonly #columns: readonly (readonly [name: string, spec: ColumnSpec])[];

  constructor(
    private readonly spec: TableSpec,
    private readonly source: RowSource,
  ) {
    this.#columns = Object.entries(spec.columns);
  }

  get dirty(): number {
    return this.#dirty.length + this.#clearList.length;
  }

  async load(keys: readonly (readonly ColumnValue[])[]): Promise<void> {
    const missing = new Map<RowKey, readonly ColumnValue[]>();
    for (const values of keys) {
      const key = this.#keyOf(values);
      const entry = this.#entries.get(key);
      if (entry !== undefined) entry.batch = this.#batch;
      else if (this.#knownAbsent(values)) this.#learn(key, values, undefined);
      else missing.set(key, values);
    }
    if (missing.size === 0) return;
    for (const row of await this.source.loadKeys(this.spec, [...missing.values()])) {
      const values = this.#valuesOf(row);
      const key = keyOfValues(values);
      missing.delete(key);
      this.#learn(key, values, row);
    }
    for (const [key, values] of missing) this.#learn(key, values, undefined);
  }

  async loadWhere(match: RowMatch<Row>): Promise<readonly Row[]> {
    const parsed = this.#parse(match);
    if (!this.#complete.has(parsed)) {
      for (const row of await this.source.loadWhere(this.spec, match)) {
        const values = this.#valuesOf(row);
        const key = keyOfValues(values);
        if (!this.#entries.has(key)) this.#learn(key, values, row);
      }
      this.#complete.add(parsed);
    }
    this.#askedNow.add(parsed);
    const found: Row[] = [];
    for (const entry of this.#index(parsed).find(parsed.key)) {
      entry.batch = this.#batch;
      if (entry.row !== undefined) found.push(entry.row);
    }
    return found.sort((a, b) => this.#compare(a, b));
  }

  get(...values: ColumnValue[]): Row | undefined {
    const entry = this.#entries.get(this.#keyOf(values));
    if (entry?.batch === this.#batch) return entry.row;
    if (this.#askedNow.covers(this.#partial(values))) return entry?.row;
    throw new TypeError(`table ${this.spec.name}: the row ${JSON.stringify(values)} was not loaded in this batch`);
  }

  put(row: Row): void {
    this.#check(row);
    const values = this.#valuesOf(row);
    this.#change(this.#entryOf(keyOfValues(values), values), row);
  }

  delete(...values: ColumnValue[]): void {
    this.#change(this.#entryOf(this.#keyOf(values), values), undefined);
  }

  clear(match: RowMatch<Row>): void {
    const parsed = this.#parse(match);
    for (const entry of [...this.#index(parsed).find(parsed.key)]) this.#change(entry, undefined);
    if (!this.#clears.has(parsed)) {
      this.#clears.add(parsed);
      this.#clearList.push(match);
    }
    this.#complete.add(parsed);
    this.#askedNow.add(parsed);
  }

  beginBatch(): void {
    this.#batch += 1;
    this.#askedNow.clear();
  }

  changes(): TableChanges | undefined {
    if (this.dirty === 0) return undefined;
    const deletes: (readonly ColumnValue[])[] = [];
    const writes: RowWrite[] = [];
    for (const { row, stored, values } of this.#dirty) {
      const before = isRow(stored) && this.#clears.covers(stored) ? undefined : stored;
      if (row === undefined) {
        if (before !== undefined) deletes.push(values);
      } else if (!isRow(before) || !this.#equal(before, row)) writes.push({ row, before });
    }
    return { table: this.spec, clears: this.#clearList, deletes, writes };
  }

  committed(keep: number): void {
    for (const entry of this.#dirty) {
      entry.stored = entry.row;
      entry.dirty = false;
    }
    this.#dirty = [];
    this.#clearList = [];
    this.#clears.clear();
    if (this.#entries.size > keep) this.#forget();
  }

  discard(): void {
    this.#dirty = [];
    this.#clearList = [];
    this.#clears.clear();
    this.#forget();
  }

  #forget(): void {
    this.#entries.clear();
    this.#indexes.clear();
    this.#complete.clear();
    this.#askedNow.clear();
  }

  /** Takes in a row as the database has it, or that it has none. */
  #learn(key: RowKey, values: readonly ColumnValue[], found: Row | undefined): void {
    const row = found !== undefined && this.#clears.covers(found) ? undefined : found;
    const entry: Entry = { row, stored: row, values, batch: this.#batch, dirty: false };
    this.#entries.set(key, entry);
    for (const index of this.#indexes.values()) index.move(entry, undefined);
  }

  #entryOf(key: RowKey, values: readonly ColumnValue[]): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = {
      row: undefined,
      stored: this.#knownAbsent(values) ? undefined : 'unknown',
      values,
      batch: this.#batch,
      dirty: false,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #change(entry: Entry, row: Row | undefined): void {
    const before = entry.row;
    entry.row = row;
    entry.batch = this.#batch;
    if (!entry.dirty) {
      entry.dirty = true;
      this.#dirty.push(entry);
    }
    for (const index of this.#indexes.values()) index.move(entry, before);
  }

  #index(match: ParsedMatch): RowIndex<Entry> {
    const known = this.#indexes.get(match.signature);
    if (known !== undefined) return known;
    const index = new RowIndex<Entry>(match.columns);
    for (const entry of this.#entries.values()) index.move(entry, undefined);
    this.#indexes.set(match.signature, index);
    return index;
  }

  #keyOf(values: readonly ColumnValue[]): RowKey {
    const wanted = this.spec.primaryKey.length;
    if (values.length !== wanted)
      throw new TypeError(`table ${this.spec.name}: a key has ${wanted} values, not ${values.length}`);
    return keyOfValues(values);
  }

  #valuesOf(row: Row): readonly ColumnValue[] {
    return this.spec.primaryKey.map((column) => valueOf(row, column));
  }

  #knownAbsent(values: readonly ColumnValue[]): boolean {
    return this.#complete.size > 0 && this.#complete.covers(this.#partial(values));
  }

  /** As much of a row as its key tells. */
  #partial(values: readonly ColumnValue[]): Row {
    return Object.fromEntries(this.spec.primaryKey.map((column, index) => [column, values[index] ?? null]));
  }

  #parse(match: RowMatch<Row>): ParsedMatch {
    const parsed = parseMatch(match);
    const unknown = parsed.columns.find((column) => !(column in this.spec.columns));
    if (unknown !== undefined) throw new TypeError(`table ${this.spec.name} has no column ${unknown}`);
    return parsed;
  }

  #check(row: Row): void {
    for (const [column, { type, nullable }] of this.#columns) {
      const value = row[column];
      const fits =
        value === null ? nullable === true : type === 'text' ? typeof value === 'string' : Number.isSafeInteger(value);
      if (!fits)
        throw new TypeError(
          `table ${this.spec.name}: ${JSON.stringify(value)} cannot stand in column ${column} (${type}${nullable === true ? ' or null' : ''})`,
        );
    }
  }

  #equal(a: Row, b: Row): boolean {
    return a === b || this.#columns.every(([column]) => a[column] === b[column]);
  }

  #compare(a: Row, b: Row): number {
    for (const column of this.spec.primaryKey) {
      const left = valueOf(a, column);
      const right = valueOf(b, column);
      if (left === right || left === null || right === null) continue;
      return left < right ? -1 : 1;
    }
    return 0;
  }
}

function isRow(stored: Entry['stored']): stored is Row {
  return stored !== undefined && stored !== 'unknown';
}
