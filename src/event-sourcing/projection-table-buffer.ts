import type { RowWrite, TableChanges } from './projection-changes.js';
import { MatchSet, RowIndex, parseMatch } from './projection-row-index.js';
import type { ParsedMatch } from './projection-row-index.js';
import { keyOfColumns, keyOfValues } from './projection-row-key.js';
import type { RowKey } from './projection-row-key.js';
import type { RowSource } from './projection-store.js';
import { TableShape } from './projection-table-shape.js';
import type { ColumnValue, Row, RowMatch, RowSet, TableSpec } from './projection.js';

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
  #entries = new Map<RowKey, Entry>();
  /** Clean entries that nobody has asked for lately; they go when the next ones come. */
  #old = new Map<RowKey, Entry>();
  readonly #indexes = new Map<string, RowIndex<Entry>>();
  /** Matches whose rows are all known. */
  readonly #complete = new MatchSet();
  /** The same, as far as this batch has asked. */
  readonly #askedNow = new MatchSet();
  readonly #clears = new MatchSet();
  #clearList: RowMatch<Row>[] = [];
  #dirty: Entry[] = [];
  #batch = 0;
  /** Who asks for a row mostly puts it next. */
  #latest: Entry | undefined;
  readonly #shape: TableShape;

  constructor(
    private readonly spec: TableSpec,
    private readonly source: RowSource,
  ) {
    this.#shape = new TableShape(spec);
  }

  get dirty(): number {
    return this.#dirty.length + this.#clearList.length;
  }

  async load(keys: readonly (readonly ColumnValue[])[]): Promise<void> {
    const missing = new Map<RowKey, readonly ColumnValue[]>();
    for (const values of keys) {
      const key = this.#shape.keyOf(values);
      const entry = this.#find(key);
      if (entry !== undefined) entry.batch = this.#batch;
      else if (this.#knownAbsent(values)) this.#learn(key, values, undefined);
      else missing.set(key, values);
    }
    if (missing.size === 0) return;
    for (const row of await this.source.loadKeys(this.spec, [...missing.values()])) {
      const values = this.#shape.keyValues(row);
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
        const values = this.#shape.keyValues(row);
        const key = keyOfValues(values);
        if (this.#find(key) === undefined) this.#learn(key, values, row);
      }
      this.#complete.add(parsed);
    }
    this.#askedNow.add(parsed);
    const found: Row[] = [];
    for (const entry of this.#index(parsed).find(parsed.key)) {
      entry.batch = this.#batch;
      if (entry.row !== undefined) found.push(entry.row);
    }
    return found.sort((a, b) => this.#shape.compare(a, b));
  }

  get(...values: ColumnValue[]): Row | undefined {
    const entry = this.#find(this.#shape.keyOf(values));
    this.#latest = entry;
    if (entry?.batch === this.#batch) return entry.row;
    if (this.#askedNow.size > 0 && this.#askedNow.covers(this.#shape.keyRow(values))) return entry?.row;
    throw new TypeError(`table ${this.spec.name}: the row ${JSON.stringify(values)} was not loaded in this batch`);
  }

  put(row: Row): void {
    const latest = this.#latest;
    const known = latest !== undefined && this.#shape.hasKey(row, latest.values);
    const entry = known
      ? latest
      : this.#entryOf(keyOfColumns(row, this.spec.primaryKey), () => this.#shape.keyValues(row));
    this.#change(entry, row);
  }

  delete(...values: ColumnValue[]): void {
    this.#change(
      this.#entryOf(this.#shape.keyOf(values), () => values),
      undefined,
    );
  }

  clear(match: RowMatch<Row>): void {
    const parsed = this.#parse(match);
    for (const entry of [...this.#index(parsed).find(parsed.key)]) this.#change(entry, undefined);
    this.#old.clear();
    if (!this.#clears.has(parsed)) {
      this.#clears.add(parsed);
      this.#clearList.push(match);
    }
    this.#complete.add(parsed);
    this.#askedNow.add(parsed);
  }

  /** Says that the table has no rows yet, so that none need to be fetched. */
  startEmpty(): void {
    this.#complete.add(parseMatch({}));
  }

  beginBatch(): void {
    this.#batch += 1;
    this.#askedNow.clear();
  }

  changes(): TableChanges | undefined {
    if (this.dirty === 0) return undefined;
    const deletes: (readonly ColumnValue[])[] = [];
    const writes: RowWrite[] = [];
    const clearing = this.#clears.size > 0;
    for (const { row, stored, values } of this.#dirty) {
      const before = clearing && isRow(stored) && this.#clears.covers(stored) ? undefined : stored;
      if (row === undefined) {
        if (before !== undefined) deletes.push(values);
      } else if (!isRow(before) || !this.#shape.equal(before, row)) {
        this.#shape.check(row);
        writes.push({ row, before });
      }
    }
    if (this.#clearList.length + deletes.length + writes.length === 0) return undefined;
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
    if (this.#entries.size * 2 > keep) this.#forgetOld();
  }

  discard(): void {
    this.#dirty = [];
    this.#clearList = [];
    this.#clears.clear();
    this.#forget();
  }

  /** Half of what may be kept is recent, half is older and lives on only when it is asked for again. */
  #forgetOld(): void {
    const recent = this.#entries;
    this.#forget();
    this.#old = recent;
  }

  #forget(): void {
    this.#entries = new Map();
    this.#old = new Map();
    this.#latest = undefined;
    this.#indexes.clear();
    this.#complete.clear();
    this.#askedNow.clear();
  }

  /** Takes in a row as the database has it, or that it has none. */
  #learn(key: RowKey, values: readonly ColumnValue[], found: Row | undefined): void {
    const cleared = found !== undefined && this.#clears.size > 0 && this.#clears.covers(found);
    const row = cleared ? undefined : found;
    const entry: Entry = { row, stored: row, values, batch: this.#batch, dirty: false };
    this.#enter(key, entry);
  }

  #find(key: RowKey): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined || this.#old.size === 0) return entry;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    this.#old.delete(key);
    this.#enter(key, old);
    return old;
  }

  #enter(key: RowKey, entry: Entry): void {
    this.#entries.set(key, entry);
    if (this.#indexes.size > 0) for (const index of this.#indexes.values()) index.move(entry, undefined);
  }

  #entryOf(key: RowKey, valuesOf: () => readonly ColumnValue[]): Entry {
    const known = this.#find(key);
    if (known !== undefined) return known;
    const values = valuesOf();
    const entry: Entry = {
      row: undefined,
      stored: this.#knownAbsent(values) ? undefined : 'unknown',
      values,
      batch: this.#batch,
      dirty: false,
    };
    this.#enter(key, entry);
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
    if (this.#indexes.size > 0) for (const index of this.#indexes.values()) index.move(entry, before);
  }

  #index(match: ParsedMatch): RowIndex<Entry> {
    const known = this.#indexes.get(match.signature);
    if (known !== undefined) return known;
    const index = new RowIndex<Entry>(match.columns);
    for (const entry of this.#entries.values()) index.move(entry, undefined);
    this.#indexes.set(match.signature, index);
    return index;
  }

  #knownAbsent(values: readonly ColumnValue[]): boolean {
    return this.#complete.size > 0 && this.#complete.covers(this.#shape.keyRow(values));
  }

  #parse(match: RowMatch<Row>): ParsedMatch {
    const parsed = parseMatch(match);
    this.#shape.checkColumns(parsed.columns);
    return parsed;
  }
}

function isRow(stored: Entry['stored']): stored is Row {
  return stored !== undefined && stored !== 'unknown';
}
