import type { Clock } from '../event-sourcing/subscriber-clock.js';

/** The machine's clock and timers. Timers do not keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
