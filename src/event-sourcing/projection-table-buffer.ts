import type { RowWrite, TableChanges } from './projection-changes.js';
import { KeyTree } from './projection-key-tree.js';
import { MatchSet, RowIndex, parseMatch } from './projection-row-index.js';
import type { ParsedMatch } from './projection-row-index.js';
import type { RowSource } from './projection-store.js';
import { TableShape } from './projection-table-shape.js';
import type { ColumnValue, Row, RowMatch, RowSet, TableSpec } from './projection.js';

/** What is known about one key. */
interface Entry {
  /** The row as the batch has left it. */
  row: Row | undefined;
  /** The row as the database has it; pending clears may still take it. */
  stored: Row | 'unknown' | undefined;
  readonly key: readonly ColumnValue[];
  /** The last batch that loaded, put or deleted it. */
  batch: number;
  dirty: boolean;
  /** Characters in the row. */
  weight: number;
}

/** A row of more characters counts as several, so that a limit on rows is a limit on memory, too. */
const charactersPerRow = 500;

/** The rows of one table: see {@link RowSet}. */
export class TableBuffer implements RowSet<Row> {
  #entries: KeyTree<Entry>;
  /** Clean entries that nobody has asked for lately; they go when the next ones come. */
  #old: KeyTree<Entry>;
  readonly #indexes = new Map<string, RowIndex<Entry>>();
  /** Matches whose rows are all known. */
  readonly #complete = new MatchSet();
  /** The same, as far as this batch has asked. */
  readonly #askedNow = new MatchSet();
  readonly #clears = new MatchSet();
  #clearList: RowMatch<Row>[] = [];
  #dirty: Entry[] = [];
  #dirtyWeight = 0;
  /** Of all entries but the old ones. */
  #weight = 0;
  #batch = 0;
  /** Who asks for a row mostly puts it next. */
  #latest: Entry | undefined;
  readonly #shape: TableShape;

  constructor(
    private readonly spec: TableSpec,
    private readonly source: RowSource,
  ) {
    this.#shape = new TableShape(spec);
    this.#entries = new KeyTree(spec.primaryKey);
    this.#old = new KeyTree(spec.primaryKey);
  }

  /** How many rows wait to be written; a heavy one counts as several. */
  get dirty(): number {
    return inRows(this.#dirty.length, this.#dirtyWeight) + this.#clearList.length;
  }

  async load(keys: readonly (readonly ColumnValue[])[]): Promise<void> {
    const missing = new KeyTree<readonly ColumnValue[]>(this.spec.primaryKey);
    for (const key of keys) {
      this.#shape.checkKey(key);
      const entry = this.#find(key);
      if (entry !== undefined) entry.batch = this.#batch;
      else if (this.#knownAbsent(key)) this.#learn(key, undefined);
      else missing.set(key, key);
    }
    if (missing.size === 0) return;
    for (const row of await this.source.loadKeys(this.spec, [...missing.values()])) {
      this.#learn(this.#shape.keyValues(row), row);
    }
    for (const key of missing.values()) this.#learn(key, undefined);
  }

  async loadWhere(match: RowMatch<Row>): Promise<readonly Row[]> {
    const parsed = this.#parse(match);
    if (!this.#complete.has(parsed)) {
      for (const row of await this.source.loadWhere(this.spec, match)) this.#learn(this.#shape.keyValues(row), row);
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

  get(...key: ColumnValue[]): Row | undefined {
    this.#shape.checkKey(key);
    const entry = this.#find(key);
    this.#latest = entry;
    if (entry?.batch === this.#batch) return entry.row;
    if (this.#askedNow.size > 0 && this.#askedNow.covers(this.#shape.keyRow(key))) return entry?.row;
    throw new TypeError(`table ${this.spec.name}: the row ${JSON.stringify(key)} was not loaded in this batch`);
  }

  put(row: Row): void {
    const latest = this.#latest;
    const known = latest !== undefined && this.#shape.hasKey(row, latest.key) ? latest : this.#entries.getOf(row);
    this.#change(known ?? this.#entryOf(this.#shape.keyValues(row)), row);
  }

  delete(...key: ColumnValue[]): void {
    this.#shape.checkKey(key);
    this.#change(this.#entryOf(key), undefined);
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
    for (const { row, stored, key } of this.#dirty) {
      const before = clearing && isRow(stored) && this.#clears.covers(stored) ? undefined : stored;
      if (row === undefined) {
        if (before !== undefined) deletes.push(key);
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
    this.#dirtyWeight = 0;
    this.#clearList = [];
    this.#clears.clear();
    if (inRows(this.#entries.size, this.#weight) * 2 > keep) this.#forgetOld();
  }

  discard(): void {
    this.#dirty = [];
    this.#dirtyWeight = 0;
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
    this.#entries = new KeyTree(this.spec.primaryKey);
    this.#old = new KeyTree(this.spec.primaryKey);
    this.#weight = 0;
    this.#latest = undefined;
    this.#indexes.clear();
    this.#complete.clear();
    this.#askedNow.clear();
  }

  /** Takes in a row as the database has it, or that it has none, unless more is known by now. */
  #learn(key: readonly ColumnValue[], found: Row | undefined): void {
    if (this.#find(key) !== undefined) return;
    const cleared = found !== undefined && this.#clears.size > 0 && this.#clears.covers(found);
    const row = cleared ? undefined : found;
    this.#enter({ row, stored: row, key, batch: this.#batch, dirty: false, weight: this.#shape.weight(row) });
  }

  #find(key: readonly ColumnValue[]): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined || this.#old.size === 0) return entry;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    this.#old.delete(key);
    this.#enter(old);
    return old;
  }

  #enter(entry: Entry): void {
    this.#entries.set(entry.key, entry);
    this.#weight += entry.weight;
    if (this.#indexes.size > 0) for (const index of this.#indexes.values()) index.move(entry, undefined);
  }

  #entryOf(key: readonly ColumnValue[]): Entry {
    const known = this.#find(key);
    if (known !== undefined) return known;
    const stored = this.#knownAbsent(key) ? undefined : 'unknown';
    const entry: Entry = { row: undefined, stored, key, batch: this.#batch, dirty: false, weight: 0 };
    this.#enter(entry);
    return entry;
  }

  #change(entry: Entry, row: Row | undefined): void {
    const before = entry.row;
    const weight = this.#shape.weight(row);
    this.#weight += weight - entry.weight;
    this.#dirtyWeight += entry.dirty ? weight - entry.weight : weight;
    entry.row = row;
    entry.weight = weight;
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

  #knownAbsent(key: readonly ColumnValue[]): boolean {
    return this.#complete.size > 0 && this.#complete.covers(this.#shape.keyRow(key));
  }

  #parse(match: RowMatch<Row>): ParsedMatch {
    const parsed = parseMatch(match);
    this.#shape.checkColumns(parsed.columns);
    return parsed;
  }
}

function inRows(count: number, characters: number): number {
  return Math.max(count, characters / charactersPerRow);
}

function isRow(stored: Entry['stored']): stored is Row {
  return stored !== undefined && stored !== 'unknown';
}
