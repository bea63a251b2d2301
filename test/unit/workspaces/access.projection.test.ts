import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CorruptEventError } from '../../../src/event-sourcing/faults.js';
import { changesAccess } from '../../../src/workspaces/access.projection.js';
import { operator } from '../../../src/workspaces/authorization/principal.js';
import { AccessReadModel, timeOf } from './access-read-model.js';
import { created, deleted, hash, invited, key, member, serviceAccount } from './workspace.fixtures.js';
import { describeOnEachReadModel } from '../../support/read-model/each-read-model.js';

let access: AccessReadModel;

describeOnEachReadModel(() => {
  beforeEach(async () => {
    access = await AccessReadModel.open();
  });

  afterEach(async () => {
    await access.close();
  });

  describe('the access projection', () => {
    it('keeps workspaces', async () => {
      await access.happened('acme', created);
      expect(await access.directory.workspace('acme')).toEqual({
        name: 'acme',
        accountId: 'acc',
        displayName: 'Acme',
        labels: { team: 'core' },
        createdAt: timeOf(1),
        createdBy: 'operator',
        updatedAt: timeOf(1),
        updatedBy: 'operator',
      });
      await access.happened('acme', { type: 'WorkspaceRenamed', data: { displayName: 'A', labels: {} } });
      expect(await access.directory.workspace('acme')).toMatchObject({
        displayName: 'A',
        labels: {},
        createdAt: timeOf(1),
        updatedAt: timeOf(2),
      });
    });

    it('ends everything with a workspace but its name', async () => {
      await access.happened('acme', created, member('user:ann', 'admin'), invited('eve@acme.test', 'member'));
      await access.happened('acme', serviceAccount('sa_1'), key('key00001', 'sa_1'));
      await access.happened('beta', created, member('user:ann', 'member'), member('service-account:sa_1', 'member'));
      await access.happened('acme', deleted);
      expect(await access.directory.workspace('acme')).toBeUndefined();
      expect(await access.directory.isWorkspaceNameTaken('acme')).toBe(true);
      expect(await access.directory.isWorkspaceNameTaken('gamma')).toBe(false);
      expect(await access.directory.members('acme')).toEqual([]);
      expect(await access.directory.invitationsTo('eve@acme.test')).toEqual([]);
      expect(await access.directory.serviceAccounts('acme')).toEqual([]);
      expect(await access.directory.apiKeys('sa_1')).toEqual([]);
      expect(await access.directory.apiKey('key00001')).toMatchObject({ active: false });
      expect((await access.directory.workspacesOf(operator)).map(({ workspace }) => workspace.name)).toEqual(['beta']);
      expect(await access.directory.members('beta')).toHaveLength(2);
    });

    it('keeps members and invitations', async () => {
      await access.happened('acme', created, invited('ann@acme.test', 'member'), invited('eve@acme.test', 'member'));
      await access.happened(
        'acme',
        member('user:ann', 'member', 'ann@acme.test'),
        { type: 'MemberRoleChanged', data: { principal: 'user:ann', role: 'admin' } },
        member('user:bob', 'member'),
        { type: 'MemberRemoved', data: { principal: 'user:bob' } },
      );
      expect(await access.directory.members('acme')).toEqual([
        { principal: 'user:ann', role: 'admin', email: 'ann@acme.test', since: timeOf(4), addedBy: 'operator' },
      ]);
      expect(await access.directory.invitations('acme')).toEqual([
        {
          workspace: 'acme',
          email: 'eve@acme.test',
          role: 'member',
          expiresAt: '2030-01-01T00:00:00.000Z',
          invitedAt: timeOf(3),
          invitedBy: 'operator',
        },
      ]);
      await access.happened('acme', { type: 'InvitationRevoked', data: { email: 'eve@acme.test' } });
      expect(await access.directory.invitation('acme', 'eve@acme.test')).toBeUndefined();
    });

    it('keeps service accounts and keys', async () => {
      await access.happened('acme', created, serviceAccount('sa_1'), serviceAccount('sa_2'));
      await access.happened('acme', key('key00001', 'sa_1'), key('key00002', 'sa_1'), key('key00003', 'sa_2'));
      await access.happened(
        'acme',
        { type: 'ServiceAccountUpdated', data: { clientId: 'sa_1', name: 'builder', description: '' } },
        { type: 'ApiKeyRevoked', data: { keyId: 'key00002', clientId: 'sa_1' } },
      );
      await access.happened('acme', { type: 'ServiceAccountDeleted', data: { clientId: 'sa_2' } });
      expect(await access.directory.serviceAccounts('acme')).toEqual([
        {
          clientId: 'sa_1',
          workspace: 'acme',
          name: 'builder',
          description: '',
          mayActForOthers: false,
          createdAt: timeOf(2),
          createdBy: 'operator',
          updatedAt: timeOf(7),
          updatedBy: 'operator',
        },
      ]);
      expect(await access.directory.serviceAccount('sa_2')).toBeUndefined();
      expect(await access.directory.apiKeys('sa_1')).toEqual([
        {
          keyId: 'key00001',
          clientId: 'sa_1',
          workspace: 'acme',
          name: 'laptop',
          createdAt: timeOf(4),
          createdBy: 'operator',
        },
      ]);
      expect(await access.directory.apiKeys('sa_2')).toEqual([]);
      const entries = await Promise.all(['key00001', 'key00002', 'key00003'].map((id) => access.directory.apiKey(id)));
      expect(entries.map((entry) => entry?.active)).toEqual([true, false, false]);
    });

    it('keeps accounts with their policy', async () => {
      await access.project(
        ...access.ofAccount('acc', { type: 'AccountOpened', data: { name: 'Acme', ownerEmail: 'ann@acme.test' } }),
        ...access.ofAccount('acc2', { type: 'AccountOpened', data: { name: 'Beta' } }),
        ...access.ofAccount('acc2', {
          type: 'AccountSharingPolicyChanged',
          data: { targetAdmin: 'not-required', acrossAccounts: 'by-request' },
        }),
      );
      expect(await access.directory.accounts()).toEqual([
        {
          id: 'acc',
          name: 'Acme',
          ownerEmail: 'ann@acme.test',
          policy: { targetAdmin: 'required', acrossAccounts: 'forbidden' },
          createdAt: timeOf(1),
          createdBy: 'operator',
        },
        {
          id: 'acc2',
          name: 'Beta',
          policy: { targetAdmin: 'not-required', acrossAccounts: 'by-request' },
          createdAt: timeOf(2),
          createdBy: 'operator',
        },
      ]);
      expect(await access.directory.sharingPolicyOf('acc2')).toMatchObject({ acrossAccounts: 'by-request' });
      expect(await access.directory.sharingPolicyOf('nobody')).toEqual({
        targetAdmin: 'required',
        acrossAccounts: 'forbidden',
      });
    });

    it('gives a client id to the workspace that named it first', async () => {
      await access.happened('acme', created, serviceAccount('sa_1'), key('key00001', 'sa_1'));
      await access.happened('evil', created, serviceAccount('sa_1'), key('key00002', 'sa_1'));
      await access.happened('evil', {
        type: 'ServiceAccountUpdated',
        data: { clientId: 'sa_1', name: 'mine', description: '' },
      });
      expect(await access.directory.serviceAccount('sa_1')).toMatchObject({ workspace: 'acme', name: 'ci' });
      expect(await access.directory.apiKey('key00002')).toBeUndefined();
      expect((await access.directory.apiKeys('sa_1')).map(({ keyId }) => keyId)).toEqual(['key00001']);
      await access.happened('evil', { type: 'ServiceAccountDeleted', data: { clientId: 'sa_1' } });
      expect(await access.directory.apiKey('key00001')).toMatchObject({ active: true });
    });

    it('gives a key id to the workspace that named it first', async () => {
      await access.happened('acme', created, serviceAccount('sa_1'), key('key00001', 'sa_1'));
      await access.happened('evil', created, serviceAccount('sa_2'), {
        type: 'ApiKeyIssued',
        data: { keyId: 'key00001', clientId: 'sa_2', name: 'mine', hash: hash.replaceAll('a', 'c') },
      });
      await access.happened('evil', { type: 'ApiKeyRevoked', data: { keyId: 'key00001', clientId: 'sa_2' } });
      expect(await access.directory.apiKey('key00001')).toMatchObject({
        active: true,
        principal: { clientId: 'sa_1' },
      });
    });

    it('passes over events of other rooms and stops at one it cannot read', async () => {
      const [good] = access.ofWorkspace('acme', created);
      if (good === undefined) throw new Error('no event');
      const foreign = { ...good, type: 'TagPushed', stream: 'image-acme/job/x' };
      await access.project(foreign);
      expect(changesAccess([foreign])).toBe(false);
      expect(changesAccess([foreign, good])).toBe(true);
      await expect(access.project({ ...good, stream: 'account-acme' })).rejects.toThrow(CorruptEventError);
      await expect(access.project({ ...good, data: {} })).rejects.toThrow(CorruptEventError);
      await expect(
        access.project(
          ...access.ofWorkspace('acme', { type: 'MemberRoleChanged', data: { principal: 'user:x', role: 'admin' } }),
        ),
      ).rejects.toThrow('no earlier event');
    });
  });
});
