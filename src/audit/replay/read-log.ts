import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RecordedEvent } from '../../event-sourcing/event.js';
import type { EventReader } from '../../event-sourcing/event-store.js';
import { comparePositions } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';

export interface ReadLogOptions {
  /** The last position to read. */
  readonly through: Position | undefined;
  /** Events in one batch, at most. Default 200. */
  readonly batchSize?: number;
  /** Aborting throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The log from its beginning, in batches, up to and including a position; other work gets its turn in between. */
export async function* readLog(
  reader: EventReader,
  { through, batchSize = 200, signal }: ReadLogOptions,
): AsyncGenerator<readonly RecordedEvent[], void, undefined> {
  let after: Position | undefined;
  while (comparePositions(after, through) < 0) {
    signal?.throwIfAborted();
    const read = await reader.readAll({ after, limit: batchSize });
    const batch = upTo(read, through);
    if (batch.length > 0) yield batch;
    after = read.at(-1)?.position;
    if (after === undefined || read.length < batchSize) return;
    await nextTurn();
  }
}

/** The events of a batch in global order that are not beyond the position. */
export function upTo(batch: readonly RecordedEvent[], through: Position | undefined): readonly RecordedEvent[] {
  const last = batch.at(-1);
  if (last === undefined || comparePositions(last.position, through) <= 0) return batch;
  return batch.filter(({ position }) => comparePositions(position, through) <= 0);
}
