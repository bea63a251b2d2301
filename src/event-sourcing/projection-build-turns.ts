/**
 * Lets only some generations at a time be built from the beginning, in the order in which they ask. Each keeps tens of
 * thousands of rows in memory while it is built, and together they would not be done any sooner.
 */
export class BuildTurns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  /** @param atOnce how many are built at a time */
  constructor(atOnce = 1) {
    this.#free = atOnce;
  }

  /**
   * Waits for a turn. Answers how to give it back; doing so twice is harmless. Once the signal is aborted it waits no
   * longer, and there is no turn to give back.
   */
  take(signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiting.delete(enter);
        resolve(() => undefined);
      };
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        this.#free -= 1;
        resolve(this.#turn());
      };
      if (signal.aborted) {
        leave();
      } else if (this.#free > 0) {
        enter();
      } else {
        signal.addEventListener('abort', leave);
        this.#waiting.add(enter);
      }
    });
  }

  #turn(): () => void {
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#free += 1;
      const [next] = this.#waiting;
      if (next === undefined) return;
      this.#waiting.delete(next);
      next();
    };
  }
}
