import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePositions } from '../../../src/event-sourcing/position.js';
import { fromPosition, toPosition } from '../../../src/event-store/numeric-position.js';

const sequence = fc.integer({ min: 1, max: 10 ** 15 });

describe('positions of the embedded stores', () => {
  it('compare like the numbers they stand for', () => {
    fc.assert(
      fc.property(sequence, sequence, (a, b) => {
        expect(comparePositions(toPosition(a), toPosition(b))).toBe(Math.sign(a - b));
      }),
    );
  });

  it('are read back as the number they were made of', () => {
    fc.assert(fc.property(sequence, (a) => fromPosition(toPosition(a)) === a));
    expect(fromPosition(undefined)).toBe(0);
  });

  it.each(['', '1', 'x'.repeat(16), '00000000000000001', '-000000000000001'])('are not %j', (text) => {
    expect(() => fromPosition(text)).toThrow(TypeError);
  });
});
