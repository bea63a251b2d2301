import { hasPassed } from './position.js';
import type { Position } from './position.js';
import type { Clock } from './subscriber-clock.js';

export interface WaitOptions {
  /** Give up after so many milliseconds. Default: never. */
  readonly timeoutMs?: number;
  /** Give up when this is aborted. */
  readonly signal?: AbortSignal;
}

interface Waiter {
  readonly position: Position;
  settle: ((passed: boolean) => void) | undefined;
}

/**
 * Those who wait for a checkpoint to pass a position.
 *
 * They stand in the order of their positions, so that a commit looks only at those it lets go.
 */
export class PositionWaiters {
  #waiting: Waiter[] = [];
  #given = 0;

  constructor(private readonly clock: Clock) {}

  /** How many wait. */
  get size(): number {
    return this.#waiting.length - this.#given;
  }

  /** Resolves to true once the position is passed, to false when it is given up. */
  wait(position: Position, { timeoutMs, signal }: WaitOptions = {}): Promise<boolean> {
    if (signal?.aborted === true || (timeoutMs !== undefined && timeoutMs <= 0)) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter: Waiter = { position, settle: undefined };
      const giveUp = (): void => {
        waiter.settle?.(false);
        this.#given += 1;
        this.#sweep();
      };
      const cancel = timeoutMs === undefined ? undefined : this.clock.after(timeoutMs, giveUp);
      signal?.addEventListener('abort', giveUp);
      waiter.settle = (passed) => {
        waiter.settle = undefined;
        cancel?.();
        signal?.removeEventListener('abort', giveUp);
        resolve(passed);
      };
      this.#insert(waiter);
    });
  }

  /** Lets go everybody who waits for this position or an earlier one. */
  passed(reached: Position): void {
    const count = this.#firstBeyond(reached);
    if (count > 0) this.#settle(this.#waiting.splice(0, count), true);
  }

  /** Lets everybody go without success. */
  giveUp(): void {
    const all = this.#waiting;
    this.#waiting = [];
    this.#settle(all, false);
  }

  #settle(waiters: readonly Waiter[], passed: boolean): void {
    for (const { settle } of waiters) {
      if (settle === undefined) this.#given -= 1;
      else settle(passed);
    }
  }

  #insert(waiter: Waiter): void {
    const last = this.#waiting.at(-1);
    if (last === undefined || hasPassed(waiter.position, last.position)) this.#waiting.push(waiter);
    else this.#waiting.splice(this.#firstBeyond(waiter.position), 0, waiter);
  }

  /** Index of the first who waits for more than this. */
  #firstBeyond(position: Position): number {
    let low = 0;
    let high = this.#waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const waiter = this.#waiting[middle];
      if (waiter !== undefined && hasPassed(position, waiter.position)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Those who gave up are taken out together, once they are the greater part. */
  #sweep(): void {
    if (this.#given * 2 <= this.#waiting.length) return;
    this.#waiting = this.#waiting.filter(({ settle }) => settle !== undefined);
    this.#given = 0;
  }
}
