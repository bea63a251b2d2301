import { describe, expect, it } from 'vitest';
import { hasCome, isTimestamp } from '../../../src/images/domain/timestamps.js';

describe('a timestamp', () => {
  it.each(['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.123Z', '2026-03-01T12:00:00.123456+05:30'])('is %s', (text) => {
    expect(isTimestamp(text)).toBe(true);
  });

  it.each(['', 'now', '2026-03-01', '2026-03-01T12:00:00', '2026-13-01T12:00:00Z', ' 2026-03-01T12:00:00Z'])(
    'is not "%s"',
    (text) => {
      expect(isTimestamp(text)).toBe(false);
    },
  );
});

describe('a moment', () => {
  it('has come when it is now or was before, in any zone', () => {
    expect(hasCome('2026-03-01T12:00:00Z', '2026-03-01T11:59:59.999Z')).toBe(false);
    expect(hasCome('2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z')).toBe(true);
    expect(hasCome('2026-03-01T12:00:00Z', '2026-03-01T10:30:00-02:00')).toBe(true);
    expect(hasCome('2026-03-01T12:00:00Z', '2026-03-01T13:30:00+02:00')).toBe(false);
  });

  it('is a fault when it is no time at all: it would never come', () => {
    expect(() => hasCome('soon', '2026-03-01T12:00:00Z')).toThrow('soon');
    expect(() => hasCome('2026-03-01T12:00:00Z', 'now')).toThrow('now');
  });
});
