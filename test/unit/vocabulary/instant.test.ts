import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../../src/vocabulary/instant.js';

describe('a time in RFC 3339', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31t12:00:00.5z', '2026-01-31T12:00:00.500Z'],
    ['2026-01-31T12:00:00.123456789Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-01T00:30:00+02:00', '2025-12-31T22:30:00.000Z'],
    ['2028-02-29T00:00:00-00:30', '2028-02-29T00:30:00.000Z'],
  ])('%s is %s', (text, canonical) => {
    const milliseconds = parseInstant(text);
    expect(milliseconds === undefined ? undefined : new Date(milliseconds).toISOString()).toBe(canonical);
  });

  it.each([
    '',
    '2026-01-31',
    '2026-01-31T12:00:00',
    '2026-01-31 12:00:00Z',
    '2026-02-30T12:00:00Z',
    '2027-02-29T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-01-31T25:00:00Z',
    '2026-01-31T12:00:60Z',
    '2026-01-31T12:00:00 02:00',
    '1769860800000',
    '٢٠٢٦-01-31T12:00:00Z',
  ])('"%s" is none', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});
