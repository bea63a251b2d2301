import { describe, expect, it } from 'vitest';
import { normalizeEmail } from '../../../src/workspaces/domain/email.js';
import { canonicalInstant, hasExpired } from '../../../src/workspaces/domain/instant.js';
import {
  parsePrincipal,
  serviceAccountPrincipal,
  userPrincipal,
} from '../../../src/workspaces/domain/principal-name.js';
import {
  accountStream,
  parseAccountStream,
  parseWorkspaceStream,
  workspaceStream,
} from '../../../src/workspaces/domain/workspace.stream.js';

describe('the streams', () => {
  it('name their workspace or account', () => {
    expect(workspaceStream('acme')).toBe('workspace-acme');
    expect(parseWorkspaceStream('workspace-acme')).toBe('acme');
    expect(accountStream('Acc_1')).toBe('account-Acc_1');
    expect(parseAccountStream('account-Acc_1')).toBe('Acc_1');
  });
  it('are told from others', () => {
    for (const other of ['account-acme', 'image-acme/job/x', 'workspace-', 'workspace-A', 'workspace-a/b']) {
      expect(parseWorkspaceStream(other)).toBeUndefined();
    }
    for (const other of ['workspace-acme', 'account-', 'account-a/b', `account-${'a'.repeat(64)}`]) {
      expect(parseAccountStream(other)).toBeUndefined();
    }
  });
});

describe('the name of a principal', () => {
  it('is taken apart', () => {
    expect(parsePrincipal(userPrincipal('auth0|1'))).toEqual({ kind: 'user', sub: 'auth0|1' });
    expect(parsePrincipal(serviceAccountPrincipal('sa_1'))).toEqual({ kind: 'service-account', clientId: 'sa_1' });
    expect(parsePrincipal('operator')).toBeUndefined();
  });
  it('of a user cannot pass for a service account', () => {
    expect(parsePrincipal(userPrincipal('service-account:sa_1'))).toMatchObject({ kind: 'user' });
  });
});

describe('an address', () => {
  it('is folded in ASCII only', () => {
    expect(normalizeEmail('Ann.K@Acme.Test')).toBe('ann.k@acme.test');
    expect(normalizeEmail('\u212A@acme.test')).toBe('\u212A@acme.test');
  });
});

describe('a time', () => {
  it('has one stored form', () => {
    expect(canonicalInstant('2026-01-01T01:00:00+01:00')).toBe('2026-01-01T00:00:00.000Z');
    for (const bad of ['', '2026-01-01', 'now', '2026-02-31T99:00:00Z']) expect(canonicalInstant(bad)).toBeUndefined();
  });
  it('that is none has expired', () => {
    expect(hasExpired('never', '2026-01-01T00:00:00Z')).toBe(true);
  });
});
