import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/http/refusal.js';
import { validated } from '../../../src/http/validation.js';
import { CreateImageDto } from '../../../src/images/images.dto.js';

describe('validation', () => {
  it('does not take for a field what an object inherits', () => {
    const trap: unknown = JSON.parse('{"__proto__":{"name":"by-inheritance"},"resourceType":"sandbox"}');
    expect(() => validated(CreateImageDto, trap)).toThrow(Refusal);
  });
});
