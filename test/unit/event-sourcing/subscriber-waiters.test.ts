import { describe, expect, it } from 'vitest';
import { PositionWaiters } from '../../../src/event-sourcing/subscriber-waiters.js';
import { ManualClock } from '../../support/manual-clock.js';
import { at } from '../../support/read-model/read-model-harness.js';

describe('those who wait for a position', () => {
  function setUp(): { readonly clock: ManualClock; readonly waiters: PositionWaiters } {
    const clock = new ManualClock();
    return { clock, waiters: new PositionWaiters(clock) };
  }

  it('go when their position or a later one is reached, whatever order they came in', async () => {
    const { waiters } = setUp();
    const order: number[] = [];
    const waits = [5, 3, 9, 3, 7].map((n) =>
      waiters.wait(at(n)).then((passed) => {
        if (passed) order.push(n);
      }),
    );
    waiters.passed(at(4));
    await Promise.resolve();
    expect(order).toEqual([3, 3]);
    expect(waiters.size).toBe(3);
    waiters.passed(at(9));
    await Promise.all(waits);
    expect(order).toEqual([3, 3, 5, 7, 9]);
    expect(waiters.size).toBe(0);
  });

  it('give up in time', async () => {
    const { clock, waiters } = setUp();
    const wait = waiters.wait(at(1), { timeoutMs: 100 });
    clock.advance(99);
    expect(waiters.size).toBe(1);
    clock.advance(1);
    expect(await wait).toBe(false);
    expect(waiters.size).toBe(0);
    waiters.passed(at(1));
  });

  it('give up when they are aborted, before or after they came', async () => {
    const { waiters } = setUp();
    const abort = new AbortController();
    const wait = waiters.wait(at(1), { signal: abort.signal });
    abort.abort();
    expect(await wait).toBe(false);
    expect(await waiters.wait(at(1), { signal: abort.signal })).toBe(false);
    expect(await waiters.wait(at(1), { timeoutMs: 0 })).toBe(false);
    expect(waiters.size).toBe(0);
  });

  it('all give up when there is nothing left to wait for', async () => {
    const { clock, waiters } = setUp();
    const waits = [waiters.wait(at(1), { timeoutMs: 100 }), waiters.wait(at(2))];
    waiters.giveUp();
    expect(await Promise.all(waits)).toEqual([false, false]);
    expect([waiters.size, clock.timers]).toEqual([0, 0]);
  });

  it('leave nothing behind: no timer, no listener, no place in the queue', async () => {
    const { clock, waiters } = setUp();
    const abort = new AbortController();
    const waits: Promise<boolean>[] = [];
    for (let n = 0; n < 1_000; n++) waits.push(waiters.wait(at(n % 10), { timeoutMs: n + 1, signal: abort.signal }));
    clock.advance(500);
    expect(waiters.size).toBe(500);
    waiters.passed(at(4));
    expect(waiters.size).toBe(250);
    abort.abort();
    expect([waiters.size, clock.timers]).toEqual([0, 0]);
    const passed = await Promise.all(waits);
    expect(passed.filter((one) => one)).toHaveLength(250);
  });
});
