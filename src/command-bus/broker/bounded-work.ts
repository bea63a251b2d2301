/** How much may be under way, and how much may wait for its turn. */
export interface WorkBounds {
  readonly concurrency: number;
  readonly waiting: number;
  readonly waitingBytes: number;
}

interface Waiting {
  readonly run: () => Promise<void>;
  readonly bytes: number;
}

/** Runs so many tasks at a time and lets so many wait, in the order they came. */
export class BoundedWork {
  #underWay = 0;
  #waitingBytes = 0;
  readonly #queue: Waiting[] = [];
  #idle: (() => void)[] = [];

  constructor(private readonly bounds: WorkBounds) {}

  /**
   * Runs the task, now or when its turn comes. False when too much waits already: then it is not run.
   *
   * @param run must not reject
   */
  offer(run: () => Promise<void>, bytes: number): boolean {
    if (this.#underWay < this.bounds.concurrency) {
      this.#begin(run);
      return true;
    }
    if (this.#queue.length >= this.bounds.waiting || this.#waitingBytes + bytes > this.bounds.waitingBytes)
      return false;
    this.#queue.push({ run, bytes });
    this.#waitingBytes += bytes;
    return true;
  }

  /** Resolves once nothing is under way and nothing waits. */
  async idle(): Promise<void> {
    if (this.#underWay === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #begin(run: () => Promise<void>): void {
    this.#underWay += 1;
    void run().finally(() => {
      this.#underWay -= 1;
      const next = this.#queue.shift();
      if (next !== undefined) {
        this.#waitingBytes -= next.bytes;
        this.#begin(next.run);
      } else if (this.#underWay === 0) {
        for (const resolve of this.#idle.splice(0)) resolve();
      }
    });
  }
}
