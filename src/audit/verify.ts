import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventReader } from '../event-sourcing/event-store.js';
import { comparePositions } from '../event-sourcing/position.js';
import type { Position } from '../event-sourcing/position.js';
import type { ProjectionStore } from '../event-sourcing/projection-store.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { ReadModelView } from './read-model-view.js';
import { FreshProjection } from './replay/fresh-projection.js';
import { readLog } from './replay/read-log.js';
import { EventChecks } from './verify/check-events.js';
import type { EventDifference, ReadingCodec } from './verify/check-events.js';
import { compareRows } from './verify/compare-rows.js';
import type { RowDifference } from './verify/compare-rows.js';

/** What a check of the event store's own files says: how far it is, and what is wrong with them. */
export type StoreCheck =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'fault'; readonly fault: string; readonly position?: Position; readonly stream?: string }
  | { readonly kind: 'done' };

export interface VerifyOptions {
  /** Checks the files that the log is read from. Absent for a store that has none of its own. */
  readonly store?: AsyncIterable<StoreCheck>;
  readonly reader: EventReader;
  /** The read model in question, held at one moment: rows and checkpoints must not move meanwhile. */
  readonly live: ReadModelView;
  /** An empty read model to replay into. */
  readonly fresh: { readonly projections: ProjectionStore; readonly view: ReadModelView };
  readonly projections: readonly Projection[];
  /** The codecs of all events that may be in the log. */
  readonly codecs: readonly ReadingCodec[];
  /** Differences told one by one; further ones are counted only. Default 100. */
  readonly maxDifferences?: number;
  /** Aborting throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Something that is not as the log says it should be. */
export type Difference =
  | EventDifference
  | ({ readonly projection: string; readonly table: string } & RowDifference)
  | {
      /** Nothing to compare: the projection was never run, or the live tables are of another version. */
      readonly kind: 'projection-not-comparable';
      readonly projection: string;
      readonly message: string;
    }
  | {
      /** The event store itself is damaged, or its streams do not read as its log does. */
      readonly kind: 'store-damaged';
      readonly message: string;
      readonly position?: Position;
      readonly stream?: string;
    }
  | { readonly kind: 'projection-ahead-of-log'; readonly projection: string; readonly checkpoint: Position }
  | { readonly kind: 'projection-cannot-replay'; readonly projection: string; readonly message: string };

export type VerifyMessage =
  | {
      readonly kind: 'progress';
      readonly phase: 'checking-store';
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly kind: 'progress';
      readonly phase: 'replaying';
      readonly events: number;
      /** As far as is known: the log may be longer. */
      readonly of: number;
      readonly position: Position;
    }
  | {
      readonly kind: 'progress';
      readonly phase: 'comparing';
      readonly projection: string;
      readonly table: string;
      readonly rows: number;
    }
  | { readonly kind: 'difference'; readonly difference: Difference }
  | {
      readonly kind: 'result';
      /** True when there is no difference. */
      readonly ok: boolean;
      readonly events: number;
      readonly rows: number;
      /** All of them, those not told one by one too. */
      readonly differences: number;
      readonly compared: readonly { readonly projection: string; readonly checkpoint: Position | undefined }[];
    };

interface Comparable {
  readonly projection: Projection;
  readonly checkpoint: Position | undefined;
  readonly fresh: FreshProjection;
}

const rowsPerTurn = 500;
const rowsPerProgress = 20 * rowsPerTurn;

/**
 * Checks the store and every event of the log, replays it into a fresh read model, each projection exactly as far as its live
 * one has come, and compares all tables row by row. The last message is the result.
 *
 * @throws StoreUnavailableError when the log cannot be read or the fresh read model cannot be written
 */
export async function* verify(options: VerifyOptions): AsyncGenerator<VerifyMessage, void, undefined> {
  const tally = new Tally(options.maxDifferences ?? 100);
  yield* checkStore(options, tally);
  const head = await options.reader.head();
  const { comparable, expected } = yield* prepare(options, head, tally);
  const events = yield* replayAndCheck(options, head, comparable, expected, tally);
  let rows = 0;
  const compared: { projection: string; checkpoint: Position | undefined }[] = [];
  for (const { projection, checkpoint, fresh } of comparable) {
    if (fresh.fault !== undefined) {
      const { message } = fresh.fault;
      yield* tally.tell({ kind: 'projection-cannot-replay', projection: projection.name, message });
      continue;
    }
    rows += yield* compareTables(options, projection, tally);
    compared.push({ projection: projection.name, checkpoint });
  }
  yield { kind: 'result', ok: tally.count === 0, events, rows, differences: tally.count, compared };
}

async function* checkStore(
  { store, signal }: VerifyOptions,
  tally: Tally,
): AsyncGenerator<VerifyMessage, void, undefined> {
  if (store === undefined) return;
  for await (const step of store) {
    signal?.throwIfAborted();
    switch (step.kind) {
      case 'progress':
        yield { kind: 'progress', phase: 'checking-store', done: step.done, total: step.total };
        break;
      case 'fault': {
        const { fault: message, position, stream } = step;
        const where = { ...(position !== undefined && { position }), ...(stream !== undefined && { stream }) };
        yield* tally.tell({ kind: 'store-damaged', message, ...where });
        break;
      }
      case 'done':
        break;
    }
  }
}

/** Finds out how far each projection has to be replayed. */
async function* prepare(
  { live, fresh, projections }: VerifyOptions,
  head: Position | undefined,
  tally: Tally,
): AsyncGenerator<VerifyMessage, { readonly comparable: readonly Comparable[]; readonly expected: number }, undefined> {
  const comparable: Comparable[] = [];
  let expected = 0;
  for (const projection of projections) {
    const { name } = projection;
    const generation = await live.generation(projection);
    const checkpoint = generation?.checkpoint;
    if (generation === undefined) {
      const message = 'it was never run over this read model; start the service once';
      yield* tally.tell({ kind: 'projection-not-comparable', projection: name, message });
    } else if (generation.version !== projection.version) {
      const message =
        `its tables are of version ${generation.version} and this release has version ${projection.version}; ` +
        'start the service and let the rebuild end';
      yield* tally.tell({ kind: 'projection-not-comparable', projection: name, message });
    } else if (checkpoint !== undefined && comparePositions(checkpoint, head) > 0) {
      yield* tally.tell({ kind: 'projection-ahead-of-log', projection: name, checkpoint });
    } else {
      expected = Math.max(expected, generation.events);
      const begun = await FreshProjection.begin(projection, fresh.projections, checkpoint);
      comparable.push({ projection, checkpoint, fresh: begun });
    }
  }
  return { comparable, expected };
}

/** One walk through the log. Answers how many events it has. */
async function* replayAndCheck(
  { reader, fresh, codecs, signal }: VerifyOptions,
  head: Position | undefined,
  comparable: readonly Comparable[],
  expected: number,
  tally: Tally,
): AsyncGenerator<VerifyMessage, number, undefined> {
  const checks = new EventChecks(codecs);
  const checking = await FreshProjection.begin(checks, fresh.projections, head);
  let events = 0;
  for await (const batch of readLog(reader, { through: head, ...(signal !== undefined && { signal }) })) {
    await checking.apply(batch);
    if (checking.fault !== undefined) throw checking.fault;
    for (const difference of checks.take()) yield* tally.tell(difference);
    for (const one of comparable) await one.fresh.apply(batch);
    events += batch.length;
    const position = batch.at(-1)?.position;
    if (position !== undefined)
      yield { kind: 'progress', phase: 'replaying', events, of: Math.max(events, expected), position };
  }
  for (const one of comparable) await one.fresh.flush();
  return events;
}

/** Compares the tables of a projection that was replayed. Answers how many rows were looked at. */
async function* compareTables(
  { live, fresh, signal }: VerifyOptions,
  projection: Projection,
  tally: Tally,
): AsyncGenerator<VerifyMessage, number, undefined> {
  let total = 0;
  for (const table of projection.tables) {
    const where = { projection: projection.name, table: table.name };
    let rows = 0;
    for await (const difference of compareRows(table, live.rows(table), fresh.view.rows(table))) {
      signal?.throwIfAborted();
      rows += 1;
      if (difference !== undefined) yield* tally.tell({ ...where, ...difference });
      if (rows % rowsPerProgress === 0) yield { kind: 'progress', phase: 'comparing', ...where, rows };
      if (rows % rowsPerTurn === 0) await nextTurn();
    }
    yield { kind: 'progress', phase: 'comparing', ...where, rows };
    total += rows;
  }
  return total;
}

/** Counts differences and tells the first ones. */
class Tally {
  count = 0;

  constructor(private readonly told: number) {}

  *tell(difference: Difference): Generator<VerifyMessage, void, undefined> {
    this.count += 1;
    if (this.count <= this.told) yield { kind: 'difference', difference };
  }
}
