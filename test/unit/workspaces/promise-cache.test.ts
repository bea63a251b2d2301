import { describe, expect, it } from 'vitest';
import { PromiseCache } from '../../../src/workspaces/authorization/promise-cache.js';

/** A source whose answers come when the test says so. */
class Source {
  readonly asked: string[] = [];
  readonly #waiting: { resolve: (answer: string | undefined) => void; reject: (error: Error) => void }[] = [];

  readonly ask = (key: string): Promise<string | undefined> => {
    this.asked.push(key);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  };

  answer(answer: string | undefined): void {
    this.#waiting.shift()?.resolve(answer);
  }

  fail(): void {
    this.#waiting.shift()?.reject(new Error('the source failed'));
  }
}

describe('the cache of answers', () => {
  it('asks once for those who ask together and for those who come later', async () => {
    const source = new Source();
    const cache = new PromiseCache(10, source.ask);
    const together = [cache.get('a'), cache.get('a')];
    source.answer('A');
    expect(await Promise.all(together)).toEqual(['A', 'A']);
    expect(await cache.get('a')).toBe('A');
    expect(source.asked).toEqual(['a']);
  });

  it('keeps neither failures nor "no such thing"', async () => {
    const source = new Source();
    const cache = new PromiseCache(10, source.ask);
    const failing = cache.get('a');
    source.fail();
    await expect(failing).rejects.toThrow('the source failed');
    const missing = cache.get('a');
    source.answer(undefined);
    expect(await missing).toBeUndefined();
    const found = cache.get('a');
    source.answer('A');
    expect(await found).toBe('A');
  });

  it('does not keep an answer that was on its way when it was cleared', async () => {
    const source = new Source();
    const cache = new PromiseCache(10, source.ask);
    const before = cache.get('a');
    cache.clear();
    const after = cache.get('a');
    source.answer('old');
    source.answer('new');
    expect(await before).toBe('old');
    expect(await after).toBe('new');
    expect(await cache.get('a')).toBe('new');
    expect(source.asked).toEqual(['a', 'a']);
  });

  it('asks anew each time while it is not trusted, and keeps nothing of that', async () => {
    const source = new Source();
    let trusted = true;
    const cache = new PromiseCache(10, source.ask, () => trusted);
    const get = async (answer: string) => {
      const promise = cache.get('a');
      source.answer(answer);
      return promise;
    };
    expect(await get('kept')).toBe('kept');
    trusted = false;
    expect([await get('new'), await get('newer')]).toEqual(['new', 'newer']);
    trusted = true;
    cache.clear();
    expect(await get('newest')).toBe('newest');
    expect(source.asked).toHaveLength(4);
  });

  it('is bounded, and names at random push nothing out', async () => {
    const source = new Source();
    const cache = new PromiseCache(2, source.ask);
    const get = async (key: string, answer: string | undefined) => {
      const promise = cache.get(key);
      source.answer(answer);
      return promise;
    };
    await get('a', 'A');
    await get('b', 'B');
    for (const unknown of ['x', 'y', 'z']) await get(unknown, undefined);
    expect([await cache.get('a'), await cache.get('b')]).toEqual(['A', 'B']);
    await get('c', 'C');
    await get('a', 'A');
    expect(source.asked).toEqual(['a', 'b', 'x', 'y', 'z', 'c', 'a']);
  });
});
