import type { EventReader } from '../event-sourcing/event-store.js';
import type { RecordedEvent } from '../event-sourcing/event.js';
import type { Position } from '../event-sourcing/position.js';
import type { AuditEvent } from './audit.event.js';
import { toAuditEvent } from './audit.event.js';

/** Where an event is. */
export interface EventPlace {
  readonly position: Position;
  readonly stream: string;
  readonly revision: bigint;
}

const readsAtOnce = 16;

/**
 * The events at these places with everything on record about them, in the same order.
 *
 * @throws CorruptEventError when one of them cannot be read
 * @throws Error when the store does not hold them there
 */
export async function readPlaces(store: EventReader, places: readonly EventPlace[]): Promise<AuditEvent[]> {
  return (await readRecorded(store, places)).map(toAuditEvent);
}

/**
 * The events at these places, in the same order. Neighbours in one stream are read together.
 *
 * @throws Error when the store holds another event there, or none: the places are those of another store
 */
export async function readRecorded(
  store: Pick<EventReader, 'readStream'>,
  places: readonly EventPlace[],
): Promise<RecordedEvent[]> {
  const runs = runsOf(places);
  const found = new Map<Position, RecordedEvent>();
  for (let next = 0; next < runs.length; next += readsAtOnce) {
    const reading = runs
      .slice(next, next + readsAtOnce)
      .map(({ stream, from, count }) => store.readStream(stream, { from, limit: count }));
    for (const recorded of (await Promise.all(reading)).flat()) found.set(recorded.position, recorded);
  }
  return places.map((place) => {
    const event = found.get(place.position);
    if (event === undefined) throw new Error(foreignPlace(place));
    return event;
  });
}

function foreignPlace({ stream, revision, position }: EventPlace): string {
  return (
    `the audit index names an event at position ${position} (stream ${stream}, revision ${revision}) ` +
    'that the event store does not hold there; rebuild the projection "audit"'
  );
}

/** Neighbours in one stream, read together. */
interface Run {
  readonly stream: string;
  readonly from: bigint;
  readonly count: number;
}

function runsOf(places: readonly EventPlace[]): Run[] {
  const byStream = new Map<string, bigint[]>();
  for (const { stream, revision } of places) {
    const revisions = byStream.get(stream);
    if (revisions === undefined) byStream.set(stream, [revision]);
    else revisions.push(revision);
  }
  return [...byStream].flatMap(([stream, revisions]) => {
    const runs: Run[] = [];
    for (const revision of revisions.sort((a, b) => (a < b ? -1 : 1))) {
      const last = runs.at(-1);
      if (last !== undefined && revision === last.from + BigInt(last.count))
        runs[runs.length - 1] = { ...last, count: last.count + 1 };
      else runs.push({ stream, from: revision, count: 1 });
    }
    return runs;
  });
}
