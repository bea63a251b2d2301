import type { Clock } from '../../src/event-sourcing/subscriber-clock.js';

/** A clock that a test moves. */
export class ManualClock implements Clock {
  #now = Date.parse('2026-01-01T00:00:00.000Z');
  readonly #timers = new Set<{ readonly due: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { due: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Calls whatever is due by then. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const timer of [...this.#timers].sort((a, b) => a.due - b.due)) {
      if (timer.due > this.#now || !this.#timers.delete(timer)) continue;
      timer.callback();
    }
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }
}
