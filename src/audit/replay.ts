import type { EventReader } from '../event-sourcing/event-store.js';
import { readMetadata } from '../event-sourcing/codec.js';
import type { Position } from '../event-sourcing/position.js';
import type { ProjectionStore } from '../event-sourcing/projection-store.js';
import type { Projection } from '../event-sourcing/projection.js';
import { FreshProjection } from './replay/fresh-projection.js';
import { readLog } from './replay/read-log.js';

export interface ReplayOptions {
  readonly reader: EventReader;
  /** An empty read model. */
  readonly into: ProjectionStore;
  readonly projections: readonly Projection[];
  /** The last position to replay; nothing is replayed for `undefined`, the state before the first event. */
  readonly through: Position | undefined;
  /** Aborting throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How far a replay has come. */
export interface ReplayProgress {
  readonly events: number;
  readonly position: Position;
  readonly through: Position;
}

/**
 * Builds projections from the log alone, in an empty read model. What they hold may be queried when it ends.
 *
 * @throws whatever stopped a projection, such as a CorruptEventError that names the event
 */
export async function* replay(options: ReplayOptions): AsyncGenerator<ReplayProgress, void, undefined> {
  const { reader, into, projections, through, signal } = options;
  const fresh: FreshProjection[] = [];
  for (const projection of projections) fresh.push(await FreshProjection.begin(projection, into, through));
  if (through === undefined) return;
  let events = 0;
  for await (const batch of readLog(reader, { through, ...(signal !== undefined && { signal }) })) {
    for (const one of fresh) {
      await one.apply(batch);
      if (one.fault !== undefined) throw one.fault;
    }
    events += batch.length;
    const last = batch.at(-1);
    if (last !== undefined) yield { events, position: last.position, through };
  }
  for (const one of fresh) await one.flush();
}

/**
 * The position of the last event dated at this time or before, which is as far as a replay to a time goes;
 * `undefined` when there is none. Reads the whole log.
 *
 * @param time milliseconds since 1970
 * @throws CorruptEventError when an event's metadata cannot be read
 */
export async function positionAt(
  reader: EventReader,
  time: number,
  signal?: AbortSignal,
): Promise<Position | undefined> {
  const through = await reader.head();
  let found: Position | undefined;
  for await (const batch of readLog(reader, { through, ...(signal !== undefined && { signal }) })) {
    const last = batch.findLast((recorded) => Date.parse(readMetadata(recorded).occurredAt) <= time);
    found = last?.position ?? found;
  }
  return found;
}
