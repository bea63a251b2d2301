import type { Clock } from '../../src/event-sourcing/subscriber-clock.js';

interface Timer {
  readonly due: number;
  readonly fire: () => void;
  readonly cancel: () => void;
}

/** The machine's clock, which a test can put forward: what falls due on the way happens at once, in order. */
export class MovableClock implements Clock {
  #ahead = 0;
  #stopped = false;
  readonly #timers = new Set<Timer>();

  now(): number {
    return Date.now() + this.#ahead;
  }

  after(milliseconds: number, callback: () => void): () => void {
    if (this.#stopped) return () => undefined;
    const fire = (): void => {
      cancel();
      callback();
    };
    const running = setTimeout(fire, milliseconds);
    const cancel = (): void => {
      clearTimeout(running);
      this.#timers.delete(timer);
    };
    const timer: Timer = { due: this.now() + milliseconds, fire, cancel };
    this.#timers.add(timer);
    return cancel;
  }

  /** RFC 3339 in UTC with milliseconds. */
  get text(): string {
    return new Date(this.now()).toISOString();
  }

  /** Puts it forward, or back. */
  advance(milliseconds: number): void {
    this.#ahead += milliseconds;
    const due = [...this.#timers].filter((timer) => timer.due <= this.now()).sort((a, b) => a.due - b.due);
    for (const timer of due) timer.fire();
  }

  /** Nothing that waits for this clock happens any more: its process is gone. */
  stop(): void {
    this.#stopped = true;
    for (const timer of [...this.#timers]) timer.cancel();
  }
}
