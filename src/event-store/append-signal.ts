/** Wakes everybody who waits for more events. One who waits costs one entry in a set; nothing polls. */
export class AppendSignal {
  readonly #waiting = new Set<() => void>();
  #fault: Error | undefined;

  /** Says that there are more events. */
  raise(): void {
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }

  /** Says that there will be no more: every subscription ends with this error, now and from now on. */
  fail(fault: Error): void {
    this.#fault ??= fault;
    this.raise();
  }

  /** What the store failed with. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Calls `wake` once, at the next `raise`, unless `forget` was called before. */
  onNext(wake: () => void): void {
    this.#waiting.add(wake);
  }

  forget(wake: () => void): void {
    this.#waiting.delete(wake);
  }
}
