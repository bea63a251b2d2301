import type { Position } from './position.js';

/**
 * A stored event that cannot be read: broken JSON, a shape its schema refuses, or a type the fold
 * does not know. Never skipped silently: whoever meets it stops and names the position.
 */
export class CorruptEventError extends Error {
  override readonly name = 'CorruptEventError';

  constructor(
    readonly at: {
      readonly stream: string;
      readonly revision: bigint;
      readonly position: Position;
      readonly type: string;
    },
    readonly fault: string,
    options?: ErrorOptions,
  ) {
    super(
      `event ${at.type} at position ${at.position} (stream ${at.stream}, revision ${at.revision}) cannot be read: ${fault}`,
      options,
    );
  }
}

/** The store cannot take or give events now. What was answered before is safe; try again later. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** A stream changed under a command more often than the bounded number of retries. */
export class TooMuchContentionError extends Error {
  override readonly name = 'TooMuchContentionError';

  constructor(
    readonly stream: string,
    readonly attempts: number,
  ) {
    super(`stream ${stream} changed under the command ${attempts} times in a row; send the command again`);
  }
}

/** A command id that already had its effect on another stream. Ids are for one command only. */
export class CommandIdReusedError extends Error {
  override readonly name = 'CommandIdReusedError';

  constructor(
    readonly commandId: string,
    readonly usedOn: string,
  ) {
    super(`command id ${commandId} was already used for another command; choose a new id for every command`);
  }
}
