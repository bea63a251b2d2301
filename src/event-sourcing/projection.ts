import type { RecordedEvent } from './event.js';
import type { Position } from './position.js';

/** What a column holds. Integers stay within JavaScript's safe range; JSON is kept as `text`. */
export type ColumnType = 'text' | 'integer';

export interface ColumnSpec {
  readonly type: ColumnType;
  readonly nullable?: boolean;
}

/** A value of a row, the same on every adapter. */
export type ColumnValue = string | number | null;

/** A row of a read-model table. */
export type Row = Readonly<Record<string, ColumnValue>>;

/**
 * A read-model table. Adapters create it once per generation of its projection and show the live
 * generation as a view under `name`, so that queries never know which generation they read.
 */
export interface TableSpec<R extends Row = Row> {
  readonly name: string;
  readonly columns: { readonly [K in keyof R]: ColumnSpec };
  readonly primaryKey: readonly (keyof R & string)[];
  readonly indexes?: readonly { readonly columns: readonly (keyof R & string)[]; readonly where?: string }[];
}

/** Some columns of a row, all of which must match. */
export type RowMatch<R extends Row> = { readonly [K in keyof R]?: R[K] };

/** The rows of one table within one batch: loaded in few statements, changed in memory, written in few statements. */
export interface RowSet<R extends Row> {
  /** Fetches the rows with these keys, in one go, unless already known. Keys hold the primary key's columns in order. */
  load(keys: readonly (readonly ColumnValue[])[]): Promise<void>;
  /** Fetches every row that matches. */
  loadWhere(match: RowMatch<R>): Promise<readonly R[]>;
  /** The row as this batch has left it. The key must have been loaded, put, or cleared before: asking for another one throws. */
  get(...key: ColumnValue[]): R | undefined;
  /** Inserts or replaces. */
  put(row: R): void;
  delete(...key: ColumnValue[]): void;
  /** Deletes every row that matches, those not loaded too. */
  clear(match: RowMatch<R>): void;
}

/** Gives a projection its rows. */
export interface ProjectionRows {
  table<R extends Row>(spec: TableSpec<R>): RowSet<R>;
}

/**
 * A read model kept by a subscriber.
 *
 * `project` sees every event of the store exactly once per generation, in global order, in batches
 * whose rows are committed together with the checkpoint. It skips types it does not know.
 */
export interface Projection {
  readonly name: string;
  /** Raised when tables or meaning change; a new version is built beside the old one and swapped in. */
  readonly version: number;
  readonly tables: readonly TableSpec[];
  /**
   * Once live, events may gather for so many milliseconds before they are projected, since each costs
   * less in a large batch. Whoever waits for a position cuts that short. Default 0: at once.
   */
  readonly gatherMs?: number;
  project(batch: readonly RecordedEvent[], rows: ProjectionRows): Promise<void>;
}

/** Where a subscriber stands. */
export interface SubscriberStatus {
  readonly name: string;
  readonly version: number;
  readonly state: 'starting' | 'catching-up' | 'live' | 'paused' | 'stopped' | 'failed';
  /** True once queries may read its tables: they have this version's columns and have once held everything. */
  readonly ready: boolean;
  readonly checkpoint: Position | undefined;
  /** The head of the store it last heard of. */
  readonly head: Position | undefined;
  /** Milliseconds between an event's occurrence and its projection, of the last batch. */
  readonly lagMs: number;
  readonly eventsProcessed: number;
  /** Why it failed, and at which event. */
  readonly fault?: { readonly message: string; readonly position?: Position; readonly stream?: string };
  /** A generation being built beside the live one. */
  readonly rebuild?: {
    readonly checkpoint: Position | undefined;
    readonly eventsProcessed: number;
    readonly fault?: { readonly message: string; readonly position?: Position; readonly stream?: string };
  };
}
