import { describe, it } from 'vitest';
import { workspaceDecider } from '../../../src/workspaces/domain/workspace.decider.js';
import type { WorkspaceEvent } from '../../../src/workspaces/domain/workspace.events.js';
import { given as givenStream } from '../../support/given-when-then.js';
import { created, hash, key, member, serviceAccount } from './workspace.fixtures.js';

const given = (...past: readonly WorkspaceEvent[]) => givenStream(workspaceDecider, past);
const workspace = 'acme';
const clientId = 'sa_1';
const principal = 'service-account:sa_1';
const ended = { type: 'ServiceAccountDeleted', data: { clientId } } as const;

describe('CreateServiceAccount', () => {
  const create = {
    type: 'CreateServiceAccount',
    data: { workspace, clientId, name: 'ci', description: 'pushes', role: 'member', mayActForOthers: false },
  } as const;

  it('creates it and makes it a member', () => {
    given(created)
      .when(create)
      .then([serviceAccount(clientId), member(principal, 'member')]);
  });
  it('is already so when repeated', () => {
    given(created, serviceAccount(clientId), member(principal, 'member')).when(create).then('already-so');
  });
  it('never gives a client id twice', () => {
    given(created, serviceAccount(clientId))
      .when({ ...create, data: { ...create.data, mayActForOthers: true } })
      .then('service-account-exists', clientId);
    given(created, serviceAccount(clientId), ended).when(create).then('service-account-exists', clientId);
  });
  it('refuses what is no client id', () => {
    for (const bad of ['1', 'sa_', 'sa_a/b', `sa_${'x'.repeat(61)}`]) {
      given(created)
        .when({ ...create, data: { ...create.data, clientId: bad } })
        .then('invalid-client-id', bad);
    }
  });
});

describe('UpdateServiceAccount', () => {
  it('changes what is given and leaves the rest', () => {
    given(created, serviceAccount(clientId))
      .when({ type: 'UpdateServiceAccount', data: { workspace, clientId, name: 'builder' } })
      .then([{ type: 'ServiceAccountUpdated', data: { clientId, name: 'builder', description: 'pushes' } }]);
    given(created, serviceAccount(clientId))
      .when({ type: 'UpdateServiceAccount', data: { workspace, clientId, name: 'ci' } })
      .then('already-so');
  });
  it('refuses one that is not there', () => {
    const update = { type: 'UpdateServiceAccount', data: { workspace, clientId, name: 'x' } } as const;
    given(created).when(update).then('service-account-not-found', clientId);
    given(created, serviceAccount(clientId), ended).when(update).then('service-account-not-found', clientId);
  });
});

describe('DeleteServiceAccount', () => {
  const remove = { type: 'DeleteServiceAccount', data: { workspace, clientId } } as const;

  it('ends it and its membership', () => {
    given(created, serviceAccount(clientId), member(principal, 'member'))
      .when(remove)
      .then([ended, { type: 'MemberRemoved', data: { principal } }]);
    given(created, serviceAccount(clientId)).when(remove).then([ended]);
  });
  it('is already so when repeated and refuses one that never was', () => {
    given(created, serviceAccount(clientId), ended).when(remove).then('already-so');
    given(created).when(remove).then('service-account-not-found', clientId);
  });
  it('keeps the last admin unless allowed', () => {
    const last = given(created, serviceAccount(clientId), member(principal, 'admin'));
    last.when(remove).then('last-admin', principal);
    last
      .when({ ...remove, data: { ...remove.data, allowNoAdmin: true } })
      .then([ended, { type: 'MemberRemoved', data: { principal } }]);
  });
});

describe('IssueApiKey', () => {
  const issue = {
    type: 'IssueApiKey',
    data: { workspace, keyId: 'key00001', clientId, name: 'laptop', hash },
  } as const;

  it('issues, with or without an expiry', () => {
    given(created, serviceAccount(clientId))
      .when(issue)
      .then([key('key00001', clientId)]);
    given(created, serviceAccount(clientId))
      .when({ ...issue, data: { ...issue.data, expiresAt: '2030-01-01T00:00:00Z' } })
      .then([
        {
          type: 'ApiKeyIssued',
          data: { keyId: 'key00001', clientId, name: 'laptop', hash, expiresAt: '2030-01-01T00:00:00.000Z' },
        },
      ]);
  });
  it('puts on record what verifies signatures of the key', () => {
    const publicKey = 'A'.repeat(43);
    given(created, serviceAccount(clientId))
      .when({ ...issue, data: { ...issue.data, publicKey } })
      .then([{ type: 'ApiKeyIssued', data: { keyId: 'key00001', clientId, name: 'laptop', hash, publicKey } }]);
    given(created, serviceAccount(clientId))
      .when({ ...issue, data: { ...issue.data, publicKey: 'short' } })
      .then('invalid-key');
  });
  it('is already so for the same key and never gives a key id twice', () => {
    const issued = [created, serviceAccount(clientId), key('key00001', clientId)];
    given(...issued)
      .when(issue)
      .then('already-so');
    given(...issued)
      .when({ ...issue, data: { ...issue.data, hash: 'cd'.repeat(32) } })
      .then('key-exists', 'key00001');
    given(...issued, { type: 'ApiKeyRevoked', data: { keyId: 'key00001', clientId } })
      .when(issue)
      .then('key-exists', 'key00001');
  });
  it('refuses without a living service account', () => {
    given(created).when(issue).then('service-account-not-found', clientId);
    given(created, serviceAccount(clientId), ended).when(issue).then('service-account-not-found', clientId);
  });
  it('refuses what is no key id, no hash or no time', () => {
    const present = given(created, serviceAccount(clientId));
    present.when({ ...issue, data: { ...issue.data, keyId: 'a_b_c_d_e' } }).then('invalid-key', 'a_b_c_d_e');
    present.when({ ...issue, data: { ...issue.data, hash: 'secret' } }).then('invalid-key');
    present
      .when({ ...issue, data: { ...issue.data, expiresAt: '2030-13-01T00:00:00Z' } })
      .then('invalid-expiry', '2030-13-01');
  });
});

describe('RevokeApiKey', () => {
  const revoke = { type: 'RevokeApiKey', data: { workspace, keyId: 'key00001', clientId } } as const;
  const revoked = { type: 'ApiKeyRevoked', data: { keyId: 'key00001', clientId } } as const;
  const issued = [created, serviceAccount(clientId), key('key00001', clientId)];

  it('revokes, once', () => {
    given(...issued)
      .when(revoke)
      .then([revoked]);
    given(...issued, revoked)
      .when(revoke)
      .then('already-so');
  });
  it('refuses a key that is not there or belongs to another', () => {
    given(created, serviceAccount(clientId)).when(revoke).then('key-not-found', 'key00001');
    given(...issued)
      .when({ ...revoke, data: { ...revoke.data, clientId: 'sa_2' } })
      .then('key-not-found', 'sa_2');
  });
});
