/**
 * One reading for all who ask at the same time: whoever asks while one is under way shares the next one, so that each is
 * answered with what was there after it asked.
 */
export class SharedRead<T> {
  #running: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(private readonly read: () => Promise<T>) {}

  ask(): Promise<T> {
    if (this.#running === undefined) return this.#begin();
    return (this.#next ??= this.#afterwards(this.#running));
  }

  async #begin(): Promise<T> {
    const running = this.read();
    this.#running = running;
    try {
      return await running;
    } finally {
      this.#running = undefined;
    }
  }

  async #afterwards(running: Promise<T>): Promise<T> {
    // What becomes of the one before is told to those who asked for it.
    await Promise.allSettled([running]);
    this.#next = undefined;
    return this.#begin();
  }
}
