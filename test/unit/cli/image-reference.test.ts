import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/cli/cli-error.js';
import {
  imageLabel,
  imagePath,
  parseImageReference,
  parseTaggedImage,
  parseWholeImage,
} from '../../../src/cli/input/image-reference.js';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseImageReference', () => {
  it.each([
    ['sandbox/x', { resourceType: 'sandbox', name: 'x', tag: undefined, digest: undefined }],
    ['sandboxes/x:v1', { resourceType: 'sandbox', name: 'x', tag: 'v1', digest: undefined }],
    ['agent/team/x:V1.0_a-b', { resourceType: 'agent', name: 'team/x', tag: 'V1.0_a-b', digest: undefined }],
    [`job/x@${digest}`, { resourceType: 'job', name: 'x', tag: undefined, digest }],
    [`function/x:v1@${digest}`, { resourceType: 'function', name: 'x', tag: 'v1', digest }],
  ])('%s', (text, expected) => {
    expect(parseImageReference(text)).toEqual(expected);
  });

  it.each([
    ['x', 'names no resource type'],
    ['', 'names no resource type'],
    ['x:v1', 'names no resource type'],
    ['box/x', 'types are agent, function, job, sandbox'],
    ['Sandbox/x', 'unknown type "Sandbox"'],
    ['sandbox/', 'has "" for a name'],
    ['sandbox/X', 'has "X" for a name'],
    ['sandbox/../x', 'has "../x" for a name'],
    ['sandbox/x:', 'has "" for a tag'],
    ['sandbox/x:a b', 'has "a b" for a tag'],
    ['sandbox/a:b/c', 'has "a:b/c" for a name'],
    ['sandbox/x@sha256:abc', 'has "sha256:abc" for a digest'],
    ['sandbox/х', 'for a name'],
    [`sandbox/${'x'.repeat(181)}`, 'for a name'],
  ])('%s is refused: %s', (text, message) => {
    const parse = () => parseImageReference(text);
    expect(parse).toThrow(UsageError);
    expect(() => {
      try {
        parse();
      } catch (error) {
        throw error instanceof UsageError ? new Error(`${error.message} ${error.hint ?? ''}`) : error;
      }
    }).toThrow(message);
  });

  it('never throws anything but a usage error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        try {
          parseImageReference(text);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });
});

describe('references of one kind', () => {
  it('a whole image has neither tag nor digest, and the hint says what to write', () => {
    expect(imageLabel(parseWholeImage('sandboxes/x', 'no'))).toBe('sandbox/x');
    for (const [text, version] of [
      ['sandbox/x:v1', ':v1'],
      [`sandbox/x@${digest}`, `@${digest}`],
    ] as const) {
      const error = failure(() => parseWholeImage(text, 'because'));
      expect(error.message).toBe(`${text}: because`);
      expect(error.hint).toBe(`leave out ${version} and write sandbox/x`);
    }
  });

  it('a tagged image has a tag and no digest', () => {
    expect(parseTaggedImage('sandbox/x:v1').tag).toBe('v1');
    expect(failure(() => parseTaggedImage('sandbox/x')).hint).toBe('write sandbox/x:TAG');
    expect(failure(() => parseTaggedImage(`sandbox/x:v1@${digest}`)).message).toContain('a digest has no place here');
  });

  it('stand in the path of the API as one segment', () => {
    expect(imagePath(parseImageReference('agents/a/b.c'))).toBe('/images/agent/a%2Fb.c');
  });
});

function failure(run: () => unknown): UsageError {
  try {
    run();
  } catch (error) {
    if (error instanceof UsageError) return error;
  }
  throw new Error('no usage error was thrown');
}
