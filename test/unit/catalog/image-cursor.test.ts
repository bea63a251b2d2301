import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImageCursor, writeImageCursor } from '../../../src/catalog/queries/image-cursor.js';

describe('a cursor', () => {
  it('comes back as it was given out', () => {
    const cursor = { resourceType: 'function', name: 'tools/search_v2' } as const;
    expect(parseImageCursor(writeImageCursor(cursor))).toEqual(cursor);
  });

  it.each([
    '',
    'x',
    'YWdlbnQ',
    Buffer.from('agent/').toString('base64url'),
    Buffer.from('agents/a').toString('base64url'),
  ])('is refused when it was never given out: %j', (text) => {
    expect(parseImageCursor(text)).toBeUndefined();
  });

  it('is either refused or one that is given out in the same form', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const cursor = parseImageCursor(text);
        expect(cursor === undefined || writeImageCursor(cursor) === text).toBe(true);
      }),
    );
  });
});
