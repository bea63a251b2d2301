import { TableBuffer } from './projection-table-buffer.js';
import type { TableChanges } from './projection-changes.js';
import type { RowSource } from './projection-store.js';
import type { ProjectionRows, Row, RowSet, TableSpec } from './projection.js';

/**
 * The rows of a projection between two commits, in memory.
 *
 * They may outlive their commit as a cache, since a generation has one writer; after a fault they
 * are thrown away with `discard`.
 */
export class BufferedRows implements ProjectionRows {
  readonly #tables = new Map<string, TableBuffer>();

  constructor(tables: readonly TableSpec[], source: RowSource) {
    for (const table of tables) this.#tables.set(table.name, new TableBuffer(table, source));
  }

  table<R extends Row>(spec: TableSpec<R>): RowSet<R> {
    const buffer = this.#tables.get(spec.name);
    if (buffer === undefined) throw new TypeError(`table ${spec.name} is not among the projection's tables`);
    return typed(buffer);
  }

  /** How many rows wait to be written; a heavy one counts as several. */
  get dirty(): number {
    let dirty = 0;
    for (const table of this.#tables.values()) dirty += table.dirty;
    return dirty;
  }

  /** Says that the tables have no rows yet. */
  startEmpty(): void {
    for (const table of this.#tables.values()) table.startEmpty();
  }

  /** Says that a batch begins: what an earlier one loaded no longer counts as loaded. */
  beginBatch(): void {
    for (const table of this.#tables.values()) table.beginBatch();
  }

  /** What has to be written. Call `committed` when it has been. */
  changes(): readonly TableChanges[] {
    const changes: TableChanges[] = [];
    for (const table of this.#tables.values()) {
      const changed = table.changes();
      if (changed !== undefined) changes.push(changed);
    }
    return changes;
  }

  /** The changes are written: the rows are clean now. Tables with more than `keep` rows in memory let them go; a heavy row counts as several. */
  committed(keep: number): void {
    for (const table of this.#tables.values()) table.committed(keep);
  }

  /** Forgets everything, written or not. */
  discard(): void {
    for (const table of this.#tables.values()) table.discard();
  }
}

/** What is kept under a table's name was put in as its rows. */
function typed<R extends Row>(buffer: TableBuffer): RowSet<R> {
  const rows: unknown = buffer;
  return rows as RowSet<R>;
}
