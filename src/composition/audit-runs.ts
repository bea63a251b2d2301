import { join } from 'node:path';
import { ReadModelView } from '../audit/read-model-view.js';
import { openTemporary } from '../audit/read-models.js';
import { positionAt, replay } from '../audit/replay.js';
import type { ReplayMessage, ReplayRequest, ReplayTo } from '../audit/replays.js';
import { verify } from '../audit/verify.js';
import type { VerifyMessage, VerifyOptions } from '../audit/verify.js';
import type { EventReader } from '../event-sourcing/event-store.js';
import type { Position } from '../event-sourcing/position.js';
import { fromPosition, isNumericPosition } from '../event-store/numeric-position.js';
import { eventsFile } from '../event-store/sqlite/sqlite.event-store.js';
import { verifyStore } from '../event-store/sqlite/verify-store.js';
import type { FrozenReadModel } from '../read-model/read-model.js';
import { freezeFile } from '../read-model/sqlite/sqlite.frozen.js';
import { readModelFile } from '../read-model/sqlite/sqlite.read-model.js';
import { parseInstant } from '../vocabulary/instant.js';
import { eventCodecs } from './event-codecs.js';
import { openStopped } from './open-stopped.js';
import { readModelProjections } from './projections.js';
import type { ReadModelSchema } from './projections.js';
import { tellState } from './replayed-state.js';

interface ReplayLimits {
  /** Aborting throws the signal's reason. */
  readonly signal?: AbortSignal;
  readonly registry?: string | undefined;
  /** About how many events there are up to a position. */
  readonly eventsThrough: (position: Position | undefined) => number;
}

export type VerifyLimits = Pick<VerifyOptions, 'maxDifferences' | 'signal'>;

/**
/**
 * Checks the log and compares the read model, as it stands now, with a replay; the service over them may go on
 * meanwhile. The last message is the result.
 *
 * @param store what else is checked of an event store that keeps files of its own
 */
export async function* verifyReadModel(
  reader: EventReader,
  readModel: { freeze(): Promise<FrozenReadModel> },
  { store, ...limits }: VerifyLimits & Pick<VerifyOptions, 'store'> = {},
): AsyncGenerator<VerifyMessage, void, undefined> {
  const live = await readModel.freeze();
  try {
    const temporary = await openTemporary<ReadModelSchema>();
    try {
      const fresh = { projections: temporary.readModel.projections, view: temporary.view };
      const projections = readModelProjections();
      yield* verify({
        ...limits,
        ...(store !== undefined && { store }),
        reader,
        live: new ReadModelView(live.queries),
        fresh,
        projections,
        codecs: eventCodecs,
      });
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
 * @throws Error when there is no event store or no read model in it
 */
export async function* verifyDirectory(
  directory: string,
  limits: VerifyLimits = {},
): AsyncGenerator<VerifyMessage, void, undefined> {
  const stopped = await openStopped(directory);
  try {
    const store = verifyStore(join(directory, eventsFile), { pages: true });
    const readModel = { freeze: () => freezeFile(join(directory, readModelFile)) };
    yield* verifyReadModel(stopped.events, readModel, { ...limits, store });
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
  { signal, registry, eventsThrough }: ReplayLimits,
): AsyncGenerator<ReplayMessage, void, undefined> {
  const limits = signal === undefined ? {} : { signal };
  const through = to === undefined ? await reader.head() : await positionOf(reader, to, signal);
  const temporary = await openTemporary<ReadModelSchema>();
  try {
    const into = temporary.readModel.projections;
    const of = eventsThrough(through);
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
  limits: Omit<ReplayLimits, 'eventsThrough'> = {},
): AsyncGenerator<ReplayMessage, void, undefined> {
  const stopped = await openStopped(directory);
  try {
    const { events } = stopped.events.health();
    const eventsThrough = (position: Position | undefined): number => Math.min(fromPosition(position), events);
    yield* replayLog(stopped.events, request, { ...limits, eventsThrough });
  } finally {
    await stopped.close();
  }
}

/**
 * A time in RFC 3339 or a position; `undefined` for anything else.
 *
 * @param isPosition what positions look like; those of the embedded store unless told
 */
export function parseReplayTo(
  text: string,
  isPosition: (text: string) => boolean = isNumericPosition,
): ReplayTo | undefined {
  if (isPosition(text)) return { position: text };
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
