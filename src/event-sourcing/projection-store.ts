import type { EventReader } from './event-store.js';
import { comparePositions } from './position.js';
import type { Position } from './position.js';
import type { TableChanges } from './projection-changes.js';
import type { ColumnValue, Projection, Row, RowMatch, TableSpec } from './projection.js';

/** How far a generation has come, as its rows say. */
export interface GenerationProgress {
  readonly checkpoint: Position | undefined;
  /** Events it has been given since position zero. */
  readonly events: number;
  /** True once it has held everything the event store held; from then on it may be queried. */
  readonly complete: boolean;
}

/** What one commit writes: rows and checkpoint together, or nothing. */
export interface GenerationCommit {
  /** The checkpoint this work began at. Another one in the store means that somebody else has written. */
  readonly from: Position | undefined;
  readonly to: Position;
  readonly events: number;
  readonly changes: readonly TableChanges[];
}

/** One set of physical tables of a projection, built from position zero. */
export interface Generation {
  readonly projection: string;
  readonly number: number;
  readonly version: number;
  progress(): Promise<GenerationProgress>;
  /** The rows with these keys, in any order; keys without a row are left out. */
  loadKeys(table: TableSpec, keys: readonly (readonly ColumnValue[])[]): Promise<readonly Row[]>;
  /** Every row that matches, in any order. */
  loadWhere(table: TableSpec, match: RowMatch<Row>): Promise<readonly Row[]>;
  /**
   * Writes rows and checkpoint in one transaction. Queries see them when it resolves.
   *
   * @throws CheckpointMovedError when the checkpoint is not `from`; nothing is written
   * @throws StoreUnavailableError when the database cannot take it now
   */
  commit(work: GenerationCommit): Promise<void>;
  /** Notes that it has caught up for the first time. */
  complete(): Promise<void>;
}

/** Where rows come from that are not in memory. */
export type RowSource = Pick<Generation, 'loadKeys' | 'loadWhere'>;

/** The generations of one projection that code of its present version can go on with. */
export interface Generations {
  /** The one that queries see. Absent while queries still see tables of another version. */
  readonly live: Generation | undefined;
  /** The one being built beside it. */
  readonly building: Generation | undefined;
}

/** Keeps the tables and checkpoints of projections. Every adapter passes `test/contract/read-model.contract.ts`. */
export interface ProjectionStore {
  /**
   * Ties the read model to the event store it is built from, or checks that it still is that store.
   *
   * @throws ReadModelMismatchError when it was built from another store, or has seen events this one does not have
   */
  attach(store: Pick<EventReader, 'storeId' | 'end'>): Promise<void>;
  /**
   * What there is of this projection, created where missing. The first generation ever is live at
   * once; for another version of the code one is begun beside the live one.
   */
  open(projection: Projection): Promise<Generations>;
  /** Begins a generation from position zero beside the live one, in place of one begun before. */
  rebuild(projection: Projection): Promise<Generation>;
  /** Shows this generation to queries and drops the others of its projection, all at once. */
  swapIn(generation: Generation): Promise<void>;
}

/**
 * The checkpoint is not where this subscriber left it. Further on, somebody else writes the same read
 * model; further back, the database has lost what was not yet durable.
 */
export class CheckpointMovedError extends Error {
  override readonly name = 'CheckpointMovedError';
  /** True when the checkpoint is further back, and the work can be done again. */
  readonly lost: boolean;

  constructor(
    readonly projection: string,
    readonly expected: Position | undefined,
    readonly actual: Position | undefined,
  ) {
    const lost = comparePositions(actual, expected) < 0;
    super(
      `the checkpoint of ${projection} should be at ${expected ?? 'the beginning'} and is at ${actual ?? 'the beginning'}: ` +
        (lost
          ? 'the read model has lost its latest writes'
          : 'another process writes the same read model; stop one of them'),
    );
    this.lost = lost;
  }
}

/** Another node runs the subscribers now: what this one still had in hand is not written. Nothing is lost by it. */
export class TermEndedError extends Error {
  override readonly name = 'TermEndedError';

  constructor(readonly term: number) {
    super(`term ${term} of running the subscribers has ended: another node, or a later term of this one, runs them`);
  }
}

/** What the read model holds cannot be read any more. No event is to blame, and none is lost: it can be built again. */
export class ReadModelDamagedError extends Error {
  override readonly name = 'ReadModelDamagedError';
}

/** The read model does not belong to this event store, or not to its present state. */
export class ReadModelMismatchError extends Error {
  override readonly name = 'ReadModelMismatchError';
}
