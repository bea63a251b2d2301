import { describe, expect, it } from 'vitest';
import { newcomerOf } from '../../../src/workspaces/handlers/new-member.js';

describe('whom a client wants to have in a workspace', () => {
  it('is invited by address', () => {
    expect(newcomerOf({ email: 'ann@example.org' })).toEqual({ kind: 'invitation', email: 'ann@example.org' });
  });
  it('is added by sub, with an address to show', () => {
    expect(newcomerOf({ sub: 'ann' })).toEqual({ kind: 'member', member: { sub: 'ann' } });
    expect(newcomerOf({ sub: 'ann', email: 'ann@example.org' })).toEqual({
      kind: 'member',
      member: { sub: 'ann', email: 'ann@example.org' },
    });
  });
  it('is added by client id', () => {
    expect(newcomerOf({ serviceAccount: 'sa_1' })).toEqual({ kind: 'member', member: { clientId: 'sa_1' } });
  });
  it('is one', () => {
    for (const wish of [{}, { sub: 'ann', serviceAccount: 'sa_1' }, { email: 'a@b', serviceAccount: 'sa_1' }]) {
      expect(newcomerOf(wish)).toMatchObject({ kind: 'rejected', rejection: { category: 'invalid' } });
    }
  });
});
