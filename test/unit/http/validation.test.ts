import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { ListImagesQueryDto } from '../../../src/catalog/catalog.dto.js';
import { CommandEnvelopeDto } from '../../../src/command-bus/envelope.dto.js';
import { Refusal } from '../../../src/http/refusal.js';
import { validated } from '../../../src/http/validation.js';
import { CreateImageDto } from '../../../src/images/images.dto.js';
import { PendingSharePathDto } from '../../../src/images/pending-shares.dto.js';
import { CreateWorkspaceBodyDto } from '../../../src/workspaces/workspaces.dto.js';

function refusalOf(type: new () => object, plain: unknown): string {
  try {
    validated(type, plain);
  } catch (error) {
    if (error instanceof Refusal) return error.rejection.message;
    throw error;
  }
  return 'accepted';
}

/** Texts in which everything else may stand. */
const texts: readonly (readonly [new () => object, string, Readonly<Record<string, unknown>>])[] = [
  [ListImagesQueryDto, 'q', {}],
  [ListImagesQueryDto, 'cursor', {}],
  [PendingSharePathDto, 'pendingShareId', {}],
  [CommandEnvelopeDto, 'reason', { id: 'id', type: 'PushTag', data: {} }],
];

describe('the character NUL, which PostgreSQL cannot keep or look for', () => {
  it.each(texts)('is refused: %o %s', (type, field, rest) => {
    expect(refusalOf(type, { ...rest, [field]: 'a b' })).toBe('accepted');
    expect(refusalOf(type, { ...rest, [field]: 'a\0b' })).toBe(`${field} must not hold the character NUL.`);
  });

  it('is refused inside what holds texts, too', () => {
    const workspace = { name: 'w', displayName: 'W' };
    expect(refusalOf(CreateWorkspaceBodyDto, { ...workspace, labels: { a: 'b' } })).toBe('accepted');
    expect(refusalOf(CreateWorkspaceBodyDto, { ...workspace, labels: { a: 'b\0' } })).toMatch(/^labels must be/);
  });
});

describe('validation', () => {
  it('does not take for a field what an object inherits', () => {
    const trap: unknown = JSON.parse('{"__proto__":{"name":"by-inheritance"},"resourceType":"sandbox"}');
    expect(() => validated(CreateImageDto, trap)).toThrow(Refusal);
  });
});
