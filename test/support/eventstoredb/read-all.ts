import type { LogDatabase } from './log-database.js';
import { comparePositions, positionOf } from './log-record.js';
import type { LogPosition, LogRecord } from './log-record.js';

export interface AllRange {
  /** Inclusive when reading forwards, exclusive when reading backwards. */
  readonly from: LogPosition | 'start' | 'end';
  readonly direction: 'forwards' | 'backwards';
  readonly limit: number;
}

/**
 * The records of `$all`, whatever they are.
 *
 * @returns `inside-record` for a position at which no record begins or ends
 */
export function recordsOfAll(
  database: LogDatabase,
  { from, direction, limit }: AllRange,
): Iterable<LogRecord> | 'inside-record' {
  const start = startOf(database, from);
  if (start === 'inside-record') return start;
  return direction === 'forwards' ? forwards(database, start, limit) : backwards(database, start, from, limit);
}

function startOf(database: LogDatabase, from: LogPosition | 'start' | 'end'): number | 'inside-record' {
  if (from === 'start') return 0;
  return from === 'end' ? database.length : database.seek(from);
}

function* forwards(database: LogDatabase, start: number, limit: number): Generator<LogRecord> {
  const end = database.length;
  let left = limit;
  for (let index = start; index < end && left > 0; index += 1) {
    const record = database.recordAt(index);
    if (record === undefined) continue;
    yield record;
    left -= 1;
  }
}

function* backwards(
  database: LogDatabase,
  start: number,
  from: LogPosition | 'start' | 'end',
  limit: number,
): Generator<LogRecord> {
  let left = limit;
  for (let index = start - 1; index >= 0 && left > 0; index -= 1) {
    const record = database.recordAt(index);
    if (record === undefined) continue;
    if (typeof from === 'object' && comparePositions(positionOf(record), from) >= 0) continue;
    yield record;
    left -= 1;
  }
}
