import { describe, expect, it } from 'vitest';
import { BuildTurns } from '../../../src/event-sourcing/projection-build-turns.js';

describe('turns to be built', () => {
  function setUp(): {
    readonly order: string[];
    readonly take: (who: string, signal?: AbortSignal) => Promise<() => void>;
  } {
    const turns = new BuildTurns();
    const order: string[] = [];
    const take = async (who: string, signal = new AbortController().signal): Promise<() => void> => {
      const end = await turns.take(signal);
      order.push(who);
      return end;
    };
    return { order, take };
  }

  it('come one after another, in the order in which they were asked for', async () => {
    const { order, take } = setUp();
    const end = await take('first');
    const second = take('second');
    const third = take('third');
    expect(order).toEqual(['first']);
    end();
    (await second)();
    await third;
    expect(order).toEqual(['first', 'second', 'third']);
  });

  it('are given back once, however often that is said', async () => {
    const { order, take } = setUp();
    const end = await take('first');
    const second = take('second');
    end();
    end();
    const endSecond = await second;
    const third = take('third');
    await Promise.resolve();
    expect(order).toEqual(['first', 'second']);
    endSecond();
    await third;
  });

  it('pass over whoever was stopped while waiting, and take nothing from the others', async () => {
    const { order, take } = setUp();
    const stopped = new AbortController();
    const end = await take('first');
    const gone = take('gone', stopped.signal);
    const third = take('third');
    stopped.abort();
    (await gone)();
    await Promise.resolve();
    expect(order).toEqual(['first', 'gone']);
    end();
    await third;
    expect(order).toEqual(['first', 'gone', 'third']);
  });
});
