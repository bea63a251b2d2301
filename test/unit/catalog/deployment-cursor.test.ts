import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDeploymentCursor, writeDeploymentCursor } from '../../../src/catalog/queries/deployment-cursor.js';
import { writeImageCursor } from '../../../src/catalog/queries/image-cursor.js';

describe('a cursor of deployments', () => {
  it('comes back as it was given out', () => {
    const cursor = { kind: 'function', name: 'search.v2' } as const;
    expect(parseDeploymentCursor(writeDeploymentCursor(cursor))).toEqual(cursor);
  });

  it.each([
    '',
    'x',
    writeImageCursor({ resourceType: 'agent', name: 'a' }),
    Buffer.from('deployment:agent/').toString('base64url'),
    Buffer.from('deployment:agents/a').toString('base64url'),
    Buffer.from('deployment:agent/a/b').toString('base64url'),
  ])('is refused when it was never given out: %j', (text) => {
    expect(parseDeploymentCursor(text)).toBeUndefined();
  });

  it('is either refused or one that is given out in the same form', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const cursor = parseDeploymentCursor(Buffer.from(`deployment:${text}`).toString('base64url'));
        expect(cursor === undefined || `${cursor.kind}/${cursor.name}` === text).toBe(true);
      }),
    );
  });
});
