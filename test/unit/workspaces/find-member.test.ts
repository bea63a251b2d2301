import { describe, expect, it } from 'vitest';
import { findMember } from '../../../src/workspaces/handlers/find-member.js';

const people = {
  members: new Map([
    ['user:ann', 'ann@example.org'],
    ['user:bob@example.org', undefined],
    ['user:bob', 'bob@example.org'],
    ['service-account:sa_1', undefined],
    ['user:user:ann', undefined],
  ]),
  invitations: new Map([
    ['eve@example.org', '2026-02-01T00:00:00.000Z'],
    ['ann@example.org', '2026-02-01T00:00:00.000Z'],
  ]),
};

function found(text: string): string {
  const member = findMember(people, text);
  return member.kind === 'member' ? member.principal : `invited ${member.email} until ${member.expiresAt}`;
}

describe('whom a text means', () => {
  it.each([
    ['a sub', 'ann', 'user:ann'],
    ['a client id', 'sa_1', 'service-account:sa_1'],
    ['the name of a principal', 'service-account:sa_1', 'service-account:sa_1'],
    ['an address, however it is written', 'ANN@example.org', 'user:ann'],
    ['somebody invited', 'Eve@Example.org', 'invited eve@example.org until 2026-02-01T00:00:00.000Z'],
    ['a sub before an address', 'bob@example.org', 'user:bob@example.org'],
    ['a sub before the name of a principal', 'user:ann', 'user:user:ann'],
    ['nobody', 'zoe', 'user:zoe'],
    ['no member', 'service-account:sa_9', 'service-account:sa_9'],
  ])('%s', (_what, text, expected) => {
    expect(found(text)).toBe(expected);
  });
});
