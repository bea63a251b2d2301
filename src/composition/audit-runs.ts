import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { openFrozen, openTemporary } from '../audit/read-models.js';
import { positionAt, replay } from '../audit/replay.js';
import type { ReplayMessage, ReplayRequest, ReplayTo } from '../audit/replays.js';
import { verify } from '../audit/verify.js';
import type { VerifyMessage, VerifyOptions } from '../audit/verify.js';
import type { EventReader } from '../event-sourcing/event-store.js';
import type { Position } from '../event-sourcing/position.js';
import { lockDataDirectory } from '../event-store/data-directory-lock.js';
import { fromPosition, isNumericPosition } from '../event-store/numeric-position.js';
import { SqliteEventStore, eventsFile } from '../event-store/sqlite/sqlite.event-store.js';
import { verifyStore } from '../event-store/sqlite/verify-store.js';
import type { StoreVerificationOptions } from '../event-store/sqlite/verify-store.js';
import { parseInstant } from '../vocabulary/instant.js';
import { eventCodecs } from './event-codecs.js';
import { readModelProjections } from './projections.js';
import type { ReadModelSchema } from './projections.js';
import { tellState } from './replayed-state.js';

interface ReplayLimits {
  /** Aborting throws the signal's reason. */
  readonly signal?: AbortSignal;
  readonly registry?: string | undefined;
}

export type VerifyLimits = Pick<VerifyOptions, 'maxDifferences' | 'signal'>;

/**
 * Checks the log of a data directory and compares its read model, as it stands now, with a replay; the service over
 * it may go on meanwhile. The last message is the result. Pages are checked one by one only when asked for.
 */
export async function* verifyReadModel(
  reader: EventReader,
  directory: string,
  { pages = false, ...limits }: VerifyLimits & StoreVerificationOptions = {},
): AsyncGenerator<VerifyMessage, void, undefined> {
  const live = await openFrozen(directory);
  try {
    const temporary = await openTemporary<ReadModelSchema>();
    try {
      const fresh = { projections: temporary.readModel.projections, view: temporary.view };
      const projections = readModelProjections();
      const store = verifyStore(join(directory, eventsFile), { pages });
      yield* verify({ ...limits, store, reader, live: live.view, fresh, projections, codecs: eventCodecs });
    } finally {
      await temporary.close();
    }
  } finally {
    await live.close();
  }
}

/**
 * {@link verifyReadModel} over a data directory that no service runs on.
 *
 * @throws DataDirectoryInUseError when a service does
 * @throws Error when there is no event store in it
 */
export async function* verifyDirectory(
  directory: string,
  limits: VerifyLimits = {},
): AsyncGenerator<VerifyMessage, void, undefined> {
  const stopped = await openStopped(directory);
  try {
    yield* verifyReadModel(stopped.events, directory, { ...limits, pages: true });
  } finally {
    await stopped.close();
  }
}

/**
 * Builds every projection from the log alone, in a read model of its own, and tells what workspaces saw then. Where the
 * log comes from may go on meanwhile.
 *
 * @param registry host of the registry, to be shown in names
 */
export async function* replayLog(
  reader: EventReader,
  { to, ...filter }: ReplayRequest,
  { signal, registry }: ReplayLimits = {},
): AsyncGenerator<ReplayMessage, void, undefined> {
  const limits = signal === undefined ? {} : { signal };
  const through = to === undefined ? await reader.head() : await positionOf(reader, to, signal);
  const temporary = await openTemporary<ReadModelSchema>();
  try {
    const into = temporary.readModel.projections;
    const of = Math.min(fromPosition(through), fromPosition(await reader.head()));
    let events = 0;
    let last: Position | undefined;
    for await (const step of replay({ ...limits, reader, into, projections: readModelProjections(), through })) {
      ({ events, position: last } = step);
      yield { kind: 'progress', events, of };
    }
    const told = yield* tellState(temporary, filter, { ...limits, registry });
    yield { kind: 'result', events, ...(last !== undefined && { through: last }), ...told };
  } finally {
    await temporary.close();
  }
}

/**
 * {@link replayLog} over a data directory that no service runs on.
 *
 * @throws DataDirectoryInUseError when a service does
 * @throws Error when there is no event store in it
 */
export async function* replayDirectory(
  directory: string,
  request: ReplayRequest = {},
  limits: ReplayLimits = {},
): AsyncGenerator<ReplayMessage, void, undefined> {
  const stopped = await openStopped(directory);
  try {
    yield* replayLog(stopped.events, request, limits);
  } finally {
    await stopped.close();
  }
}

/** A time in RFC 3339 or a position of an embedded store; `undefined` for anything else. */
export function parseReplayTo(text: string): ReplayTo | undefined {
  if (isNumericPosition(text)) return { position: text };
  const time = parseInstant(text);
  return time === undefined ? undefined : { time };
}

async function positionOf(
  reader: EventReader,
  to: ReplayTo,
  signal: AbortSignal | undefined,
): Promise<Position | undefined> {
  return 'time' in to ? positionAt(reader, to.time, signal) : to.position;
}

async function openStopped(directory: string): Promise<{ readonly events: SqliteEventStore; close(): Promise<void> }> {
  try {
    await access(join(directory, eventsFile));
  } catch (error) {
    throw new Error(`there is no event store in ${directory}; give the data directory of a service`, { cause: error });
  }
  const lock = await lockDataDirectory(directory);
  try {
    const events = await SqliteEventStore.open({ directory });
    return {
      events,
      close: async () => {
        await events.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
