import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ReadModelView } from '../audit/read-model-view.js';
import { openTemporary } from '../audit/read-models.js';
import type { TemporaryReadModel } from '../audit/read-models.js';
import { positionAt, replay } from '../audit/replay.js';
import { verify } from '../audit/verify.js';
import type { VerifyMessage, VerifyOptions } from '../audit/verify.js';
import type { EventReader } from '../event-sourcing/event-store.js';
import type { Position } from '../event-sourcing/position.js';
import { lockDataDirectory } from '../event-store/data-directory-lock.js';
import { SqliteEventStore, eventsFile } from '../event-store/sqlite/sqlite.event-store.js';
import type { FrozenReadModel } from '../read-model/read-model.js';
import { freezeFile } from '../read-model/sqlite/sqlite.frozen.js';
import { readModelFile } from '../read-model/sqlite/sqlite.read-model.js';
import { eventCodecs } from './event-codecs.js';
import { readModelProjections } from './projections.js';
import type { ReadModelSchema } from './projections.js';

export type VerifyLimits = Pick<VerifyOptions, 'maxDifferences' | 'signal'>;

/**
 * Checks the log and compares the read model, as it stands now, with a replay; the service over them may go on
 * meanwhile. The last message is the result.
 */
export async function* verifyReadModel(
  reader: EventReader,
  readModel: { freeze(): Promise<FrozenReadModel> },
  limits: VerifyLimits = {},
): AsyncGenerator<VerifyMessage, void, undefined> {
  const live = await readModel.freeze();
  try {
    const temporary = await openTemporary<ReadModelSchema>();
    try {
      const fresh = { projections: temporary.readModel.projections, view: temporary.view };
      const projections = readModelProjections();
      yield* verify({
        ...limits,
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
    yield* verifyReadModel(stopped.events, { freeze: () => freezeFile(join(directory, readModelFile)) }, limits);
  } finally {
    await stopped.close();
  }
}

export interface ReplayTo {
  /** As far as this position, itself included; or as far as the last event dated at this time (milliseconds since 1970) or before. */
  readonly to?: { readonly position: Position } | { readonly time: number };
  readonly signal?: AbortSignal;
}

export type ReplayMessage =
  | { readonly kind: 'progress'; readonly events: number; /** In the whole log. */ readonly of: number }
  | {
      readonly kind: 'result';
      readonly events: number;
      readonly through: Position | undefined;
      /** What the projections hold then. It is gone when the next message is asked for. */
      readonly state: Pick<TemporaryReadModel<ReadModelSchema>, 'readModel' | 'view'>;
    };

/**
 * Builds every projection from the log of a data directory alone, beside the read model that is there. No service may
 * run on the directory.
 *
 * @throws DataDirectoryInUseError when a service does
 * @throws Error when there is no event store in it
 */
export async function* replayDirectory(
  directory: string,
  { to, signal }: ReplayTo = {},
): AsyncGenerator<ReplayMessage, void, undefined> {
  const stopped = await openStopped(directory);
  try {
    const { events: reader } = stopped;
    const through = to === undefined ? await reader.head() : await positionOf(reader, to, signal);
    const temporary = await openTemporary<ReadModelSchema>();
    try {
      const into = temporary.readModel.projections;
      const projections = readModelProjections();
      let events = 0;
      for await (const step of replay({
        reader,
        into,
        projections,
        through,
        ...(signal !== undefined && { signal }),
      })) {
        ({ events } = step);
        yield { kind: 'progress', events, of: reader.health().events };
      }
      yield { kind: 'result', events, through, state: temporary };
    } finally {
      await temporary.close();
    }
  } finally {
    await stopped.close();
  }
}

async function positionOf(
  reader: EventReader,
  to: NonNullable<ReplayTo['to']>,
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
