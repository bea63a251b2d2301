import { performance } from 'node:perf_hooks';
import { percentile } from './result.js';

const intervalMs = 1;

/**
 * Watches the event loop while some work goes on, in several stretches: a timer is to fire every millisecond, and how
 * much later than that it fires is delay. (`monitorEventLoopDelay` of Node does the same without subtracting the
 * interval, and counts the time between two stretches as delay.)
 */
export class LoopDelayWatch {
  readonly #delays: number[] = [];

  /** Watches during this piece of work. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    let before = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      this.#delays.push(Math.max(0, now - before - intervalMs));
      before = now;
    }, intervalMs);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  /** How late the event loop came, in milliseconds, in all stretches together. */
  get delay(): { readonly p99: number; readonly max: number } {
    return { p99: percentile(this.#delays, 0.99), max: percentile(this.#delays, 1) };
  }
}
