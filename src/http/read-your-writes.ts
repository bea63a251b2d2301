import { StoreUnavailableError } from '../event-sourcing/faults.js';
import type { Position } from '../event-sourcing/position.js';

/** Lets a caller see what it wrote: waits, bounded, until the catalog has passed a position. */
export interface ReadYourWrites {
  /** @throws StoreUnavailableError when the catalog does not get there in time; what was written stays written */
  passed(position: Position | undefined): Promise<void>;
  /**
   * The same for the position that a client asks for.
   *
   * @throws Refusal when the text is no position
   */
  asked(minPosition: string | undefined): Promise<void>;
  /**
   * Waits until these projections hold everything the log holds now.
   *
   * @throws StoreUnavailableError when one does not get there in time
   */
  upToDate(projections: readonly string[]): Promise<void>;
}

/** Injection token of {@link ReadYourWrites}. */
export const READ_YOUR_WRITES = Symbol('ReadYourWrites');

/** The error of a wait that took too long. */
export function notYetVisible(position: Position): StoreUnavailableError {
  return new StoreUnavailableError(
    `the catalog has not come up to position ${position} in time. A change that was sent with this request is recorded; ` +
      'send the request again with the same Idempotency-Key, or read again in a moment',
  );
}
