import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorize } from '../../../src/workspaces/authorization/authorize.js';
import { operator } from '../../../src/workspaces/authorization/principal.js';
import type { Principal } from '../../../src/workspaces/authorization/principal.js';
import { AccessReadModel } from './access-read-model.js';
import { created, deleted, key, member, serviceAccount } from './workspace.fixtures.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

const ann: Principal = { kind: 'user', sub: 'ann' };
const bob: Principal = { kind: 'user', sub: 'bob' };
const bot: Principal = { kind: 'service-account', clientId: 'sa_1', mayActForOthers: true };

let access: AccessReadModel;

describeOnEachReadModel(() => {
  beforeEach(async () => {
    access = await AccessReadModel.open();
    await access.happened('acme', created, member('user:ann', 'admin', 'ann@acme.test'), member('user:bob', 'member'));
    await access.happened('beta', created, member('user:ann', 'member'));
  });

  afterEach(async () => {
    await access.close();
  });

  describe('the role of a principal', () => {
    it('is that of its membership', async () => {
      expect(await access.directory.roleOf(ann, 'acme')).toBe('admin');
      expect(await access.directory.roleOf(ann, 'beta')).toBe('member');
      expect(await access.directory.roleOf(bob, 'beta')).toBeUndefined();
      expect(await access.directory.roleOf(ann, 'gamma')).toBeUndefined();
    });
    it('is admin for the operator wherever there is a workspace', async () => {
      expect(await access.directory.roleOf(operator, 'beta')).toBe('admin');
      expect(await access.directory.roleOf(operator, 'gamma')).toBeUndefined();
      await access.happened('beta', deleted);
      expect(await access.directory.roleOf(operator, 'beta')).toBeUndefined();
    });
    it('cannot be borrowed from another principal by a crafted workspace name', async () => {
      await access.happened('acme', member('user:x/user:ann', 'admin'));
      expect(await access.directory.roleOf({ kind: 'user', sub: 'x/user:ann' }, 'acme')).toBe('admin');
      expect(await access.directory.roleOf(ann, 'acme/user:x')).toBeUndefined();
    });
    it('of who is acted for holds only where the actor is an admin', async () => {
      const bobByBot: Principal = { kind: 'user', sub: 'bob', actor: bot };
      expect(await access.directory.roleOf(bobByBot, 'acme')).toBeUndefined();
      await access.happened('acme', member('service-account:sa_1', 'member'));
      expect(await access.directory.roleOf(bobByBot, 'acme')).toBeUndefined();
      await access.happened('acme', {
        type: 'MemberRoleChanged',
        data: { principal: 'service-account:sa_1', role: 'admin' },
      });
      expect(await access.directory.roleOf(bobByBot, 'acme')).toBe('member');
      expect(await access.directory.roleOf({ kind: 'user', sub: 'ann', actor: bot }, 'beta')).toBeUndefined();
      expect(await access.directory.roleOf({ kind: 'user', sub: 'ann', actor: operator }, 'beta')).toBe('member');
    });
  });

  describe('the workspaces of a principal', () => {
    const names = async (principal: Principal) =>
      (await access.directory.workspacesOf(principal)).map(({ workspace, role }) => `${workspace.name}:${role}`);

    it('are those it is a member of, and all for the operator', async () => {
      expect(await names(ann)).toEqual(['acme:admin', 'beta:member']);
      expect(await names(bob)).toEqual(['acme:member']);
      expect(await names(bot)).toEqual([]);
      expect(await names(operator)).toEqual(['acme:admin', 'beta:admin']);
    });
    it('are fewer when someone acts for it', async () => {
      await access.happened('acme', member('service-account:sa_1', 'admin'));
      await access.happened('beta', member('service-account:sa_1', 'member'));
      expect(await names({ kind: 'user', sub: 'ann', actor: bot })).toEqual(['acme:admin']);
      expect(await names({ kind: 'user', sub: 'ann', actor: operator })).toEqual(['acme:admin', 'beta:member']);
    });
  });

  describe('a member', () => {
    it('is found by principal and by address', async () => {
      expect(await access.directory.member('acme', 'user:ann')).toMatchObject({ role: 'admin' });
      expect(await access.directory.member('acme', 'Ann@Acme.test')).toMatchObject({ principal: 'user:ann' });
      expect(await access.directory.member('beta', 'ann@acme.test')).toBeUndefined();
    });
  });

  describe('what is kept in memory', () => {
    it('is forgotten when the read model has changed', async () => {
      await access.happened('acme', serviceAccount('sa_1'), key('key00001', 'sa_1'));
      expect(await access.directory.roleOf(bob, 'acme')).toBe('member');
      expect(await access.directory.apiKey('key00001')).toMatchObject({ active: true });
      expect(await access.directory.workspace('acme')).toBeDefined();
      await access.project(
        ...access.ofWorkspace(
          'acme',
          { type: 'MemberRemoved', data: { principal: 'user:bob' } },
          { type: 'ApiKeyRevoked', data: { keyId: 'key00001', clientId: 'sa_1' } },
          deleted,
        ),
      );
      expect(await access.directory.roleOf(bob, 'acme')).toBe('member');
      access.directory.invalidate();
      expect(await access.directory.roleOf(bob, 'acme')).toBeUndefined();
      expect(await access.directory.apiKey('key00001')).toMatchObject({ active: false });
      expect(await access.directory.workspace('acme')).toBeUndefined();
    });
    it('does not hide what comes into being', async () => {
      expect(await access.directory.roleOf(bob, 'beta')).toBeUndefined();
      expect(await access.directory.apiKey('key00001')).toBeUndefined();
      await access.project(
        ...access.ofWorkspace('beta', member('user:bob', 'admin'), serviceAccount('sa_1'), key('key00001', 'sa_1')),
      );
      expect(await access.directory.roleOf(bob, 'beta')).toBe('admin');
      expect(await access.directory.apiKey('key00001')).toBeDefined();
    });
  });

  describe('authorize', () => {
    it('grants by role', async () => {
      expect(await authorize(access.directory, ann, 'acme', 'admin')).toEqual({ kind: 'granted', role: 'admin' });
      expect(await authorize(access.directory, ann, 'acme', 'member')).toEqual({ kind: 'granted', role: 'admin' });
      expect(await authorize(access.directory, ann, 'beta', 'member')).toEqual({ kind: 'granted', role: 'member' });
      expect(await authorize(access.directory, ann, 'beta', 'admin')).toMatchObject({
        kind: 'refused',
        rejection: { category: 'forbidden' },
      });
    });
    it('says the same of a foreign workspace and of none', async () => {
      const foreign = await authorize(access.directory, bob, 'beta', 'member');
      const none = await authorize(access.directory, bob, 'gamma', 'member');
      expect(foreign).toMatchObject({ kind: 'refused', rejection: { category: 'forbidden' } });
      expect(JSON.stringify(none).replaceAll('gamma', 'beta')).toBe(JSON.stringify(foreign));
    });
  });
});
