import { keyOfColumns, keyOfValues, valueOf } from './projection-row-key.js';
import type { RowKey } from './projection-row-key.js';
import type { ColumnValue, Row, RowMatch } from './projection.js';

/** A match taken apart: its columns in alphabetical order and the values they must have. */
export interface ParsedMatch {
  /** Equal for matches on the same columns. */
  readonly signature: string;
  readonly columns: readonly string[];
  readonly key: RowKey;
}

/** @throws TypeError when a column has no value to match */
export function parseMatch(match: RowMatch<Row>): ParsedMatch {
  const columns = Object.keys(match).sort();
  const values = columns.map((column): ColumnValue => {
    const value = match[column];
    if (value === undefined) throw new TypeError(`a match on column ${column} needs a value`);
    return value;
  });
  return { signature: columns.join(), columns, key: keyOfValues(values) };
}

interface MatchGroup {
  readonly columns: readonly string[];
  readonly keys: Set<RowKey>;
}

/** A set of matches that is asked whether a row falls under any of them. */
export class MatchSet {
  readonly #groups = new Map<string, MatchGroup>();

  get size(): number {
    return this.#groups.size;
  }

  add(match: ParsedMatch): void {
    const group = this.#groups.get(match.signature);
    if (group === undefined) this.#groups.set(match.signature, { columns: match.columns, keys: new Set([match.key]) });
    else group.keys.add(match.key);
  }

  has(match: ParsedMatch): boolean {
    return this.#groups.get(match.signature)?.keys.has(match.key) ?? false;
  }

  /** True when some match covers this row. Matches on columns that the row does not carry cover nothing. */
  covers(row: Row): boolean {
    for (const { columns, keys } of this.#groups.values()) {
      if (columns.every((column) => column in row) && keys.has(keyOfColumns(row, columns))) return true;
    }
    return false;
  }

  clear(): void {
    this.#groups.clear();
  }
}

/** Finds the entries of a table by some of their columns. */
export class RowIndex<E extends { readonly row: Row | undefined }> {
  readonly #buckets = new Map<RowKey, Set<E>>();

  constructor(private readonly columns: readonly string[]) {}

  find(key: RowKey): Iterable<E> {
    return this.#buckets.get(key) ?? [];
  }

  /** Moves an entry from where `before` put it to where its row puts it now. */
  move(entry: E, before: Row | undefined): void {
    const { row } = entry;
    if (before !== undefined && row !== undefined && this.#same(before, row)) return;
    if (before !== undefined) this.#remove(entry, keyOfColumns(before, this.columns));
    if (row !== undefined) this.#add(entry, keyOfColumns(row, this.columns));
  }

  #same(a: Row, b: Row): boolean {
    return this.columns.every((column) => valueOf(a, column) === valueOf(b, column));
  }

  #add(entry: E, key: RowKey): void {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) this.#buckets.set(key, new Set([entry]));
    else bucket.add(entry);
  }

  #remove(entry: E, key: RowKey): void {
    const bucket = this.#buckets.get(key);
    bucket?.delete(entry);
    if (bucket?.size === 0) this.#buckets.delete(key);
  }
}
