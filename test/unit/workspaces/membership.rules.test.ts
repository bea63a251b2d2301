import { describe, it } from 'vitest';
import { workspaceDecider } from '../../../src/workspaces/domain/workspace.decider.js';
import type { WorkspaceEvent } from '../../../src/workspaces/domain/workspace.events.js';
import { given as givenStream } from '../../support/given-when-then.js';
import { created, invited, member, serviceAccount } from './workspace.fixtures.js';

const given = (...past: readonly WorkspaceEvent[]) => givenStream(workspaceDecider, past);
const workspace = 'acme';
const expiresAt = '2030-01-01T00:00:00.000Z';
const before = '2029-12-31T23:59:59.999Z';

describe('InviteMember', () => {
  const invite = {
    type: 'InviteMember',
    data: { workspace, email: 'Eve@Acme.test', role: 'member', expiresAt },
  } as const;

  it('invites under the normalized address and in the stored form of time', () => {
    given(created)
      .when(invite)
      .then([invited('eve@acme.test', 'member')]);
    given(created)
      .when({ ...invite, data: { ...invite.data, expiresAt: '2030-01-01T01:00:00+01:00' } })
      .then([invited('eve@acme.test', 'member')]);
  });
  it('renews with another role or expiry, and is already so without', () => {
    given(created, invited('eve@acme.test', 'admin'))
      .when(invite)
      .then([invited('eve@acme.test', 'member')]);
    given(created, invited('eve@acme.test', 'member')).when(invite).then('already-so');
  });
  it('refuses a member, an address that is none, and an expiry that is no time', () => {
    given(created, member('user:eve', 'member', 'eve@acme.test'))
      .when(invite)
      .then('member-exists', 'eve@acme.test');
    for (const email of [
      'eve',
      'eve@',
      '@acme.test',
      'e e@acme.test',
      'eve@acme..test',
      'K@acme.test'.replace('K', '\u212A'),
    ]) {
      given(created)
        .when({ ...invite, data: { ...invite.data, email } })
        .then('invalid-email', email);
    }
    given(created)
      .when({ ...invite, data: { ...invite.data, expiresAt: 'tomorrow' } })
      .then('invalid-expiry', 'tomorrow');
  });
});

describe('AcceptInvitation', () => {
  const accept = {
    type: 'AcceptInvitation',
    data: { workspace, email: 'EVE@acme.test', principal: 'user:eve', now: before },
  } as const;

  it('makes a member in the invited role', () => {
    given(created, invited('eve@acme.test', 'admin'))
      .when(accept)
      .then([member('user:eve', 'admin', 'eve@acme.test')]);
  });
  it('uses the invitation up', () => {
    const joined = given(created, invited('eve@acme.test', 'admin'), member('user:eve', 'admin', 'eve@acme.test'));
    joined.when(accept).then('already-so');
    joined
      .when({ ...accept, data: { ...accept.data, principal: 'user:mallory' } })
      .then('invitation-not-found', 'eve@acme.test');
  });
  it('refuses from the moment of expiry on', () => {
    given(created, invited('eve@acme.test', 'member'))
      .when({ ...accept, data: { ...accept.data, now: expiresAt } })
      .then('invitation-expired', expiresAt);
  });
  it('raises the role of someone who is a member already, never lowers it', () => {
    const usedUp = { type: 'InvitationRevoked', data: { email: 'eve@acme.test' } } as const;
    given(created, member('user:eve', 'member'), invited('eve@acme.test', 'admin'))
      .when(accept)
      .then([{ type: 'MemberRoleChanged', data: { principal: 'user:eve', role: 'admin' } }, usedUp]);
    given(created, member('user:eve', 'admin'), invited('eve@acme.test', 'member')).when(accept).then([usedUp]);
  });
  it('refuses who was never invited', () => {
    given(created).when(accept).then('invitation-not-found', 'eve@acme.test');
    given(created, invited('eve@acme.test', 'member'), { type: 'InvitationRevoked', data: { email: 'eve@acme.test' } })
      .when(accept)
      .then('invitation-not-found');
  });
});

describe('RevokeInvitation', () => {
  it('takes the invitation back', () => {
    given(created, invited('eve@acme.test', 'member'))
      .when({ type: 'RevokeInvitation', data: { workspace, email: 'Eve@acme.test' } })
      .then([{ type: 'InvitationRevoked', data: { email: 'eve@acme.test' } }]);
  });
  it('refuses when there is none', () => {
    given(created)
      .when({ type: 'RevokeInvitation', data: { workspace, email: 'eve@acme.test' } })
      .then('invitation-not-found', 'eve@acme.test');
  });
});

describe('AddMember', () => {
  const add = { type: 'AddMember', data: { workspace, principal: 'user:bob', role: 'member' } } as const;

  it('adds users and service accounts of other workspaces', () => {
    given(created)
      .when(add)
      .then([member('user:bob', 'member')]);
    given(created)
      .when({ ...add, data: { ...add.data, principal: 'service-account:sa_9' } })
      .then([member('service-account:sa_9', 'member')]);
  });
  it('uses up an invitation under the same address', () => {
    given(created, invited('bob@acme.test', 'admin'), member('user:bob', 'member', 'bob@acme.test'))
      .when({ type: 'RevokeInvitation', data: { workspace, email: 'bob@acme.test' } })
      .then('invitation-not-found');
  });
  it('is already so for the same role and refuses another', () => {
    given(created, member('user:bob', 'member', 'bob@acme.test'))
      .when(add)
      .then('already-so');
    given(created, member('user:bob', 'admin')).when(add).then('member-exists', 'user:bob', 'admin');
    given(created, member('user:bob', 'member'))
      .when({ ...add, data: { ...add.data, email: 'bob@acme.test' } })
      .then('member-exists', 'user:bob');
  });
  it('refuses its own service account once it is deleted', () => {
    given(created, serviceAccount('sa_1'), { type: 'ServiceAccountDeleted', data: { clientId: 'sa_1' } })
      .when({ ...add, data: { ...add.data, principal: 'service-account:sa_1' } })
      .then('service-account-not-found', 'sa_1');
  });
  it('refuses what is no principal', () => {
    given(created)
      .when({ ...add, data: { ...add.data, principal: 'operator' } })
      .then('invalid-principal', 'operator');
  });
});

describe('ChangeMemberRole and RemoveMember', () => {
  const demote = { type: 'ChangeMemberRole', data: { workspace, principal: 'user:ann', role: 'member' } } as const;
  const remove = { type: 'RemoveMember', data: { workspace, principal: 'user:ann' } } as const;
  const demoted = { type: 'MemberRoleChanged', data: { principal: 'user:ann', role: 'member' } } as const;
  const removed = { type: 'MemberRemoved', data: { principal: 'user:ann' } } as const;

  it('change and remove', () => {
    const two = given(created, member('user:ann', 'admin'), member('user:bob', 'admin'));
    two.when(demote).then([demoted]);
    two.when(remove).then([removed]);
    given(created, member('user:ann', 'member'))
      .when({ ...demote, data: { ...demote.data, role: 'admin' } })
      .then([{ type: 'MemberRoleChanged', data: { principal: 'user:ann', role: 'admin' } }]);
    given(created, member('user:ann', 'member')).when(remove).then([removed]);
  });
  it('are already so, or refused for who is no member', () => {
    given(created, member('user:ann', 'member')).when(demote).then('already-so');
    given(created).when(demote).then('member-not-found', 'user:ann', 'acme');
    given(created, member('user:ann', 'member'), removed).when(remove).then('member-not-found', 'user:ann');
  });
  it('keep the last admin', () => {
    const one = given(created, member('user:ann', 'admin'), member('user:bob', 'member'));
    one.when(demote).then('last-admin', 'user:ann', 'acme');
    one.when(remove).then('last-admin', 'user:ann', 'acme');
    one.when({ type: 'RemoveMember', data: { workspace, principal: 'user:bob' } }).then([
      {
        type: 'MemberRemoved',
        data: { principal: 'user:bob' },
      },
    ]);
  });
  it('let the last admin go where that is allowed', () => {
    const one = given(created, member('user:ann', 'admin'));
    one.when({ ...demote, data: { ...demote.data, allowNoAdmin: true } }).then([demoted]);
    one.when({ ...remove, data: { ...remove.data, allowNoAdmin: true } }).then([removed]);
  });
});
