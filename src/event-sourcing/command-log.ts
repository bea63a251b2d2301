import type { Position } from './position.js';

/** Where the events of an earlier command ended. */
export interface RecordedCommand {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: Position;
}

/** Remembers every command that ever had an effect, beyond the recent ones a stream's own fold knows. */
export interface CommandLog {
  /**
   * The recorded command of this id, or `undefined` when no event up to `passed` came from it.
   * Waits until it knows everything up to `passed`.
   *
   * @throws StoreUnavailableError when it does not get there in bounded time
   */
  find(commandId: string, passed: Position | undefined): Promise<RecordedCommand | undefined>;
}
