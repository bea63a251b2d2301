import { describe, expect, it } from 'vitest';
import { nextWait } from '../../../src/webhooks/deliveries/retry-plan.js';
import { parseRetryAfter } from '../../../src/webhooks/sending/retry-after.js';

describe('the wait after a failed attempt', () => {
  const delays = [1_000, 10_000];
  it('is that of the plan, more or less', () => {
    expect(nextWait(delays, 1, undefined, 0.5)).toBe(1_000);
    expect(nextWait(delays, 2, undefined, 0)).toBe(8_000);
    expect(nextWait(delays, 2, undefined, 1)).toBe(12_000);
  });
  it('is as long as the receiver asks for, and not shorter than planned', () => {
    expect(nextWait(delays, 1, 60_000, 0.5)).toBe(60_000);
    expect(nextWait(delays, 2, 5, 0.5)).toBe(10_000);
  });
  it('is none after the last one, whatever the receiver asks for', () => {
    expect(nextWait(delays, 3, 60_000, 0.5)).toBeUndefined();
    expect(nextWait([], 1, undefined, 0.5)).toBeUndefined();
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    ['120', 120_000],
    ['0', 0],
    [' 7 ', 7_000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Thu, 01 Jan 2025 00:01:00 GMT', 0],
    ['999999999', 86_400_000],
    ['Thu, 01 Jan 2027 00:00:00 GMT', 86_400_000],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is %s', (header, wait) => {
    expect(parseRetryAfter(header, now)).toBe(wait);
  });
});
