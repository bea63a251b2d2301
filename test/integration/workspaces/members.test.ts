import { describe, expect, it } from 'vitest';
import type { UserPrincipal } from '../../../src/workspaces/authorization/principal.js';
import { worldOf } from '../../support/world.in-suite.js';
import { textOf, user } from './in-world.js';

const { open } = worldOf({
  accounts: { one: {}, two: {} },
  workspaces: {
    alpha: { account: 'one', members: { ann: 'admin', ben: 'member' } },
    beta: { account: 'one', members: { ben: 'admin' } },
    far: { account: 'two', members: { fay: 'admin' } },
  },
});

async function membersOf(workspace: string): Promise<readonly string[]> {
  const members = await open().service.directory.members(workspace);
  return members.map(({ principal, role }) => `${principal} ${role}`);
}

describe('members', () => {
  it('are added, promoted and removed by admins, by any of their names', async () => {
    const world = open();
    const as = 'ann';
    const add = { workspace: 'alpha', sub: 'cid', email: 'Cid@example.org' };
    expect(await world.ask('AddMember', add, { as: 'ben' })).toBe('admin-required');
    expect(await world.ask('AddMember', add, { as: 'fay' })).toBe('workspace-forbidden');
    expect(await world.ask('AddMember', add, { as })).toBe('accepted');
    expect(await world.ask('AddMember', add, { as })).toBe('already-so');
    expect(await membersOf('alpha')).toContain('user:cid member');
    const promote = { workspace: 'alpha', member: 'cid@EXAMPLE.org', role: 'admin' };
    expect(await world.ask('ChangeMemberRole', promote, { as: 'ben' })).toBe('admin-required');
    expect(await world.ask('ChangeMemberRole', promote, { as })).toBe('accepted');
    expect(await membersOf('alpha')).toContain('user:cid admin');
    expect(await world.ask('RemoveMember', { workspace: 'alpha', member: 'user:cid' }, { as })).toBe('accepted');
    expect(await world.ask('RemoveMember', { workspace: 'alpha', member: 'cid' }, { as })).toBe('member-not-found');
    expect(await world.service.directory.roleOf(user('cid'), 'alpha')).toBeUndefined();
  });

  it('are machines too, from other workspaces as well, as long as they exist', async () => {
    const world = open();
    const workspace = 'beta';
    const clientId = textOf(await world.send('CreateServiceAccount', { workspace: 'far', name: 'CI' }), 'clientId');
    expect(await world.ask('AddMember', { workspace, serviceAccount: 'sa_unknown' }, { as: 'ben' })).toBe(
      'service-account-not-found',
    );
    expect(await world.ask('AddMember', { workspace, serviceAccount: clientId }, { as: 'ben' })).toBe('accepted');
    expect(await membersOf(workspace)).toContain(`service-account:${clientId} member`);
    expect(await world.ask('RemoveMember', { workspace, member: clientId }, { as: 'ben' })).toBe('accepted');
    expect(await world.ask('DeleteServiceAccount', { workspace: 'far', clientId }, { as: 'fay' })).toBe('accepted');
    expect(await world.ask('AddMember', { workspace, serviceAccount: clientId }, { as: 'ben' })).toBe(
      'service-account-not-found',
    );
  });

  it('always have an admin among them, unless the operator wants it otherwise', async () => {
    const world = open();
    const demote = { workspace: 'far', member: 'fay', role: 'member' };
    expect(await world.ask('ChangeMemberRole', demote, { as: 'fay' })).toBe('last-admin');
    expect(await world.ask('RemoveMember', { workspace: 'far', member: 'fay' }, { as: 'fay' })).toBe('last-admin');
    expect(await world.ask('ChangeMemberRole', demote)).toBe('accepted');
    expect(await world.ask('ChangeMemberRole', { ...demote, role: 'admin' })).toBe('accepted');
  });

  it('lose what they may do with the command that takes it', async () => {
    const world = open();
    await world.ask('AddMember', { workspace: 'beta', sub: 'dan', role: 'admin' });
    expect(await world.ask('UpdateWorkspace', { workspace: 'beta', displayName: 'B' }, { as: 'dan' })).toBe('accepted');
    await world.ask('RemoveMember', { workspace: 'beta', member: 'dan' }, { as: 'ben' });
    expect(await world.ask('UpdateWorkspace', { workspace: 'beta', displayName: 'C' }, { as: 'dan' })).toBe(
      'workspace-forbidden',
    );
  });
});

describe('somebody invited', () => {
  const comes = (principal: UserPrincipal): Promise<void> =>
    open().service.access.invitations.welcome(principal, open().clock.text);
  const eve: UserPrincipal = { kind: 'user', sub: 'eve', email: 'eve@example.org' };

  it('is a member with the first sign-in under that address, in every workspace', async () => {
    const world = open();
    await world.ask('InviteMember', { workspace: 'alpha', email: 'Eve@example.org', role: 'admin' }, { as: 'ann' });
    await world.ask('InviteMember', { workspace: 'beta', email: 'eve@example.org' }, { as: 'ben' });
    await comes({ kind: 'user', sub: 'mallory' });
    await comes({ kind: 'user', sub: 'mallory', email: 'mallory@example.org' });
    expect(await membersOf('alpha')).not.toContain('user:mallory admin');
    await Promise.all([comes(eve), comes(eve), comes(eve)]);
    expect(await membersOf('alpha')).toContain('user:eve admin');
    expect(await membersOf('beta')).toContain('user:eve member');
    const before = await world.log();
    await comes(eve);
    expect(await world.log()).toHaveLength(before.length);
    const last = before.at(-1);
    expect(last?.metadata).toMatchObject({ principal: 'user:eve', via: 'sign-in' });
  });

  it('may be given another role or be uninvited before', async () => {
    const world = open();
    const as = 'ben';
    const member = 'finn@example.org';
    const finn: UserPrincipal = { kind: 'user', sub: 'finn', email: member };
    await world.ask('AddMember', { workspace: 'beta', email: member }, { as });
    expect(await world.ask('ChangeMemberRole', { workspace: 'beta', member, role: 'admin' }, { as })).toBe('accepted');
    expect(await world.service.directory.invitation('beta', member)).toMatchObject({ role: 'admin' });
    expect(await world.ask('RemoveMember', { workspace: 'beta', member }, { as })).toBe('accepted');
    await comes(finn);
    expect(await world.service.directory.roleOf(finn, 'beta')).toBeUndefined();
    expect(await world.ask('RevokeInvitation', { workspace: 'beta', email: member }, { as })).toBe(
      'invitation-not-found',
    );
  });

  it('comes too late after seven days, and may be invited again', async () => {
    const world = open();
    const gus: UserPrincipal = { kind: 'user', sub: 'gus', email: 'gus@example.org' };
    const invite = (): Promise<string> =>
      world.ask('InviteMember', { workspace: 'beta', email: 'gus@example.org' }, { as: 'ben' });
    expect(await invite()).toBe('accepted');
    const expiresAt = (await world.service.directory.invitation('beta', 'gus@example.org'))?.expiresAt ?? '';
    await world.service.access.invitations.welcome(gus, expiresAt);
    expect(await world.service.directory.roleOf(gus, 'beta')).toBeUndefined();
    expect(await invite()).toBe('accepted');
    await comes(gus);
    expect(await world.service.directory.roleOf(gus, 'beta')).toBe('member');
  });
});
