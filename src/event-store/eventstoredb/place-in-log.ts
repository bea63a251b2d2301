import { comparePositions } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import type { EventStoreDbConnection } from './eventstoredb.connection.js';
import { isInsideRecord } from './eventstoredb.faults.js';

/** The log ends before a position that it is said to have come to. */
class EndsBeforeError extends Error {
  override readonly name = 'EndsBeforeError';
}

/**
 * How far a consumer has come in a log, and whether the log still reaches as far: another store may answer at the same
 * address, or the same one as a backup had it. A subscription from beyond the end would wait there without a word.
 */
export class PlaceInLog {
  #passed: Position | undefined;
  #checked = false;
  #doubtedSince: number | undefined;

  constructor(
    private readonly log: {
      readonly connection: EventStoreDbConnection;
      readonly end: () => Promise<Position | undefined>;
    },
    after: Position | undefined,
  ) {
    this.#passed = after;
  }

  /** Everything up to here has been consumed. */
  get passed(): Position | undefined {
    return this.#passed;
  }

  reached(position: Position | undefined): void {
    this.#passed = position ?? this.#passed;
    this.#doubtedSince = undefined;
  }

  /** @throws Error when the log does not reach as far as the consumer has come */
  async check(): Promise<void> {
    if (this.#checked || this.#passed === undefined) return;
    const end = await this.log.end();
    if (comparePositions(end, this.#passed) < 0) {
      throw new EndsBeforeError(`the log ends at ${end ?? 'its beginning'}, before position ${this.#passed}`);
    }
    this.#checked = true;
  }

  /**
   * Takes note of what a subscription has failed with. A node that lags behind, or is in other trouble, may deny a
   * position for a while; one that keeps on denying it is believed.
   *
   * @throws Error when the position is in no log of this server
   */
  doubt(fault: unknown): void {
    this.#checked = false;
    if (this.#passed === undefined || !(fault instanceof EndsBeforeError || isInsideRecord(fault))) return;
    const now = Date.now();
    this.#doubtedSince ??= now;
    if (now - this.#doubtedSince < this.log.connection.times.beliefMs) return;
    const detail = fault instanceof EndsBeforeError ? `: ${fault.message}` : '';
    throw new Error(
      `the event store has no position ${this.#passed}${detail}; what was read up to there came from another store, or from before a restored backup. ` +
        'Connect the store it came from, or build the read model anew',
      { cause: fault },
    );
  }
}
