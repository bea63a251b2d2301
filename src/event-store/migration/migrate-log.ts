import type { EventReader, EventStore } from '../../event-sourcing/event-store.js';
import type { Position } from '../../event-sourcing/position.js';
import { copyLog } from './copy-log.js';
import { LogComparison } from './log-comparison.js';
import { MigrationError } from './migration.error.js';
import { Pace } from './pace.js';
import type { PaceReport } from './pace.js';

/** What a migration tells while it goes on, and at its end. */
export type MigrationMessage =
  /** `checking` what the target has already, `copying` what it has not, `verifying` what was copied. */
  | ({ readonly kind: 'progress'; readonly phase: 'checking' | 'copying' | 'verifying' } & PaceReport)
  | {
      readonly kind: 'result';
      /** In both stores. */
      readonly events: number;
      /** By this run. */
      readonly copied: number;
      readonly seconds: number;
      /** Copied per second, verification not counted. */
      readonly perSecond: number;
      /** SHA-256 over id, stream, revision, type, data and metadata of all events in order, read back from each store. */
      readonly digests: { readonly source: string; readonly target: string };
    };

export interface MigrationOptions {
  /** How much of the source lies before a position, from 0 to 1; `undefined` when nobody knows. */
  readonly shareThrough: (position: Position) => number | undefined;
  /** See {@link CopyOptions.inFlight}. */
  readonly inFlight: number;
  /** Aborting throws the signal's reason between two steps; the same call goes on from there later. */
  readonly signal: AbortSignal;
}

/**
 * Copies every event of one store to another: ids, streams, revisions, order, types, data and metadata. Where the target
 * stands is told by its own events, so a migration that was broken off, however hard, is taken up by starting it again.
 * The last message is the result; in the end both logs were compared event by event.
 *
 * @throws MigrationError when the target holds anything else than the beginning of the source, or is written to meanwhile
 */
export async function* migrateLog(
  source: EventReader,
  target: EventStore,
  { shareThrough, inFlight, signal }: MigrationOptions,
): AsyncGenerator<MigrationMessage, void, undefined> {
  const comparison = new LogComparison(source, target);
  const comparing = async function* (phase: 'checking' | 'verifying'): AsyncGenerator<MigrationMessage> {
    const pace = new Pace(comparison.events);
    for await (const passed of comparison.advance()) {
      signal.throwIfAborted();
      yield { kind: 'progress', phase, ...pace.at(comparison.events, shareThrough(passed)) };
    }
  };

  const begun = performance.now();
  yield* comparing('checking');
  const before = comparison.events;
  const pace = new Pace(before);
  const after = { source: comparison.sourcePassed, target: comparison.targetPassed };
  let copied = 0;
  for await (const page of copyLog(source, target, { after, inFlight })) {
    copied += page.events;
    yield { kind: 'progress', phase: 'copying', ...pace.at(before + copied, shareThrough(page.through)) };
    signal.throwIfAborted();
  }
  const { perSecond } = pace.at(before + copied, undefined);
  yield* comparing('verifying');
  if (await comparison.sourceGoesOn()) {
    throw new MigrationError(
      'the source has got more events meanwhile; stop the service on it, and run this again to copy them as well',
    );
  }
  const { events } = comparison;
  const seconds = (performance.now() - begun) / 1_000;
  yield { kind: 'result', events, copied, seconds, perSecond, digests: comparison.digests() };
}
