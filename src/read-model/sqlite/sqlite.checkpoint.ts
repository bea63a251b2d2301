import type { Position } from '../../event-sourcing/position.js';
import { CheckpointMovedError } from '../../event-sourcing/projection-store.js';
import type { GenerationProgress } from '../../event-sourcing/projection-store.js';
import type { SqliteConnection } from './sqlite.connection.js';

/** A step forward of one generation. */
export interface CheckpointStep {
  readonly projection: string;
  readonly number: number;
  readonly from: Position | undefined;
  readonly to: Position;
  readonly events: number;
}

/**
 * Moves the checkpoint, inside the transaction that writes the rows.
 *
 * @throws CheckpointMovedError when it is not where the step begins
 */
export function moveCheckpoint(connection: SqliteConnection, step: CheckpointStep): void {
  const { projection, number, from, to, events } = step;
  const { changes } = connection
    .statement(
      'UPDATE generations SET checkpoint = ?, events = events + ? WHERE projection = ? AND number = ? AND checkpoint IS ?',
    )
    .run(to, events, projection, number, from ?? null);
  if (changes !== 1)
    throw new CheckpointMovedError(projection, from, progressOf(connection, projection, number).checkpoint);
}

/** How far the generation has come. */
export function progressOf(connection: SqliteConnection, projection: string, number: number): GenerationProgress {
  const row = connection
    .statement('SELECT checkpoint, events, complete FROM generations WHERE projection = ? AND number = ?')
    .get(projection, number);
  if (row === undefined)
    throw new Error(`generation ${number} of ${projection} is gone: a newer one has taken its place`);
  const { checkpoint, events, complete } = row as { checkpoint: string | null; events: number; complete: number };
  return { checkpoint: checkpoint ?? undefined, events, complete: complete === 1 };
}
