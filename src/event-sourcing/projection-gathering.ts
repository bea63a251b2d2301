import { comparePositions } from './position.js';
import type { Position } from './position.js';
import { sleep } from './subscriber-clock.js';
import type { Clock } from './subscriber-clock.js';

/** The pauses in which a subscriber lets events gather, as long as nobody waits for it. */
export class Gathering {
  #wanted: Position | undefined;
  #pausing: AbortController | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly milliseconds: number,
  ) {}

  /** Lets events gather, unless somebody waits for a position behind the one that was reached. */
  async pause(reached: Position | undefined, signal: AbortSignal): Promise<void> {
    if (this.milliseconds === 0 || signal.aborted || comparePositions(this.#wanted, reached) > 0) return;
    const pausing = new AbortController();
    const end = (): void => {
      pausing.abort();
    };
    // Not AbortSignal.any: a signal that lives long keeps something of every one that was made from it.
    signal.addEventListener('abort', end);
    this.#pausing = pausing;
    await sleep(this.clock, this.milliseconds, pausing.signal);
    this.#pausing = undefined;
    signal.removeEventListener('abort', end);
  }

  /** Ends the pause, and has no other before this position is reached. */
  hurry(position: Position): void {
    if (comparePositions(position, this.#wanted) > 0) this.#wanted = position;
    this.#pausing?.abort();
  }
}
