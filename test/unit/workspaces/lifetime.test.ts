import { describe, expect, it } from 'vitest';
import { endOf, isLifetime } from '../../../src/workspaces/domain/lifetime.js';

const now = '2026-02-28T12:00:00.000Z';

describe('the lifetime of a key', () => {
  it('is a number of hours, days or weeks', () => {
    expect(endOf('24h', now)).toBe('2026-03-01T12:00:00.000Z');
    expect(endOf('30d', now)).toBe('2026-03-30T12:00:00.000Z');
    expect(endOf('1w', now)).toBe('2026-03-07T12:00:00.000Z');
  });
  it('is at most ten years of the calendar', () => {
    expect(endOf('3652d', now)).toBe('2036-02-28T12:00:00.000Z');
    expect(endOf('87648h', now)).toBe('2036-02-28T12:00:00.000Z');
    expect(endOf('87649h', now)).toBeUndefined();
    expect(endOf('3653d', now)).toBeUndefined();
    expect(endOf('999999w', now)).toBeUndefined();
  });
  it('is nothing else', () => {
    for (const text of [
      '',
      '0d',
      '-1d',
      '+1d',
      '01d',
      '1',
      'd',
      '1m',
      '1y',
      '1.5d',
      '1D',
      ' 1d',
      '1d ',
      '1d\n',
      '1234567h',
    ]) {
      expect(isLifetime(text), text).toBe(false);
      expect(endOf(text, now), text).toBeUndefined();
    }
  });
});
