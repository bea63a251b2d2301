import type { Clock } from '../event-sourcing/subscriber-clock.js';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Now, as events record it: RFC 3339 in UTC with milliseconds. */
export function timeText(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
