import { describe, expect, it } from 'vitest';
import { defaultRetryPolicy, delayBefore, isRetriable, parseRetryAfter } from '../../../src/cli/api/retry.js';

const now = Date.parse('2026-09-01T00:00:00Z');

describe('repeating requests', () => {
  it('waits twice as long each time, and not for ever', () => {
    const delays = [1, 2, 3, 4, 5].map((attempt) => delayBefore(attempt, undefined, defaultRetryPolicy, 0));
    expect(delays).toEqual([250, 500, 1_000, 2_000, undefined]);
  });

  it('spreads those who were turned away together', () => {
    expect(delayBefore(1, undefined, defaultRetryPolicy, 0.999)).toBe(375);
  });

  it('waits as long as the service asks, within reason', () => {
    expect(delayBefore(1, 5_000, defaultRetryPolicy, 0)).toBe(5_000);
    expect(delayBefore(1, 0, defaultRetryPolicy, 0)).toBe(0);
    expect(delayBefore(1, 30_001, defaultRetryPolicy, 0)).toBeUndefined();
  });

  it.each([
    [null, undefined],
    ['2', 2_000],
    ['0', 0],
    [' 3 ', 3_000],
    ['Tue, 01 Sep 2026 00:00:10 GMT', 10_000],
    ['Mon, 31 Aug 2026 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
  ])('Retry-After: %s', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });

  it('is for answers that say "not now" only', () => {
    const retriable = [200, 400, 401, 404, 408, 409, 429, 500, 502, 503, 504].filter(isRetriable);
    expect(retriable).toEqual([429, 502, 503, 504]);
  });
});
