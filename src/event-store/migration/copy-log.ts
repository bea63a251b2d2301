import type { EventReader, EventStore } from '../../event-sourcing/event-store.js';
import { comparePositions } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import { groupsOf } from './append-groups.js';
import type { AppendGroup } from './append-groups.js';
import { copyOf } from './copied-event.js';
import { MigrationError } from './migration.error.js';

const pageSize = 1_000;

export interface CopyOptions {
  /** Behind which event of the source to begin, and with which event the target ends then. */
  readonly after: { readonly source: Position | undefined; readonly target: Position | undefined };
  /**
   * So many appends may be under way at once. More than one only for a target that decides them in the order they were
   * sent in whatever happens; else a broken connection could change the order of the log.
   */
  readonly inFlight: number;
}

/** A part of the source that the target has now, and the position it ends with in the source. */
export interface CopiedPage {
  readonly events: number;
  readonly through: Position;
}

/**
 * Appends the events of one store to another, in the same order. Yields what has been copied, page by page; can be broken
 * off at any time and taken up again behind the last event that the target has.
 *
 * @throws MigrationError when somebody else writes to the target, or an event cannot be written as it is
 */
export async function* copyLog(
  source: EventReader,
  target: EventStore,
  { after, inFlight }: CopyOptions,
): AsyncGenerator<CopiedPage, void, undefined> {
  let last = after.target;
  await requireUntouched(target, last);
  let page = source.readAll({ after: after.source, limit: pageSize });
  for (;;) {
    const events = await page;
    const end = events.at(-1);
    if (end === undefined) return;
    page = source.readAll({ after: end.position, limit: pageSize });
    // What is read ahead may fail before anybody waits for it.
    page.catch(() => undefined);
    const groups = groupsOf(events);
    for (let from = 0; from < groups.length; from += inFlight) {
      const sent = groups.slice(from, from + inFlight).map((group) => append(target, group));
      await Promise.allSettled(sent);
      last = (await Promise.all(sent)).at(-1);
    }
    await requireUntouched(target, last);
    yield { events: events.length, through: end.position };
  }
}

async function append(target: EventStore, group: AppendGroup): Promise<Position> {
  const [{ stream, revision, position }] = group;
  const expected = revision === 0n ? 'no-stream' : revision - 1n;
  try {
    const result = await target.append(stream, expected, group.map(copyOf));
    if (result.kind === 'appended') return result.position;
    if (result.actual === 'no-stream') {
      throw new MigrationError(
        `the stream ${stream} of the source begins at revision ${revision} (position ${position}): its first events were ` +
          'deleted, and no other store can be made to begin there',
      );
    }
    throw new MigrationError(
      `the stream ${stream} of the target is at revision ${result.actual}, not where event ${revision} of the source can ` +
        `follow (position ${position}): somebody else writes to the target`,
    );
  } catch (fault) {
    if (!(fault instanceof RangeError)) throw fault;
    throw new MigrationError(
      `the target does not take the event at position ${position} (stream ${stream}): ${fault.message}`,
      {
        cause: fault,
      },
    );
  }
}

/** @throws MigrationError when the target ends with another event than the one that it was given last */
async function requireUntouched(target: EventReader, last: Position | undefined): Promise<void> {
  if (comparePositions(await target.head(), last) === 0) return;
  throw new MigrationError(
    `somebody else has written to the target (event store ${target.storeId}) meanwhile; stop the service on it, and choose an empty target`,
  );
}
