import { describe, expect, it } from 'vitest';
import { inAWord, tagged } from '../../support/world.js';
import { worldOf } from '../../support/world.in-suite.js';
import { sendAs, textOf, user } from './in-world.js';

const { open } = worldOf({
  accounts: { one: {}, two: {} },
  workspaces: {
    alpha: { account: 'one', members: { ann: 'admin', ben: 'member', cat: 'admin' } },
    far: { account: 'two', members: { fay: 'admin', cat: 'admin' } },
  },
});

describe('bringing a platform up', () => {
  it('takes a batch of commands, one right after another', async () => {
    const world = open();
    const account = textOf(
      await world.send('OpenAccount', { name: 'Acme', ownerEmail: 'Boss@Acme.example' }),
      'accountId',
    );
    for (const workspace of ['build', 'live']) {
      expect(await world.ask('CreateWorkspace', { workspace, accountId: account })).toBe('accepted');
    }
    const created = await world.send('CreateServiceAccount', { workspace: 'build', name: 'CI', role: 'admin' });
    const clientId = textOf(created, 'clientId');
    const issued = await world.send('IssueApiKey', { workspace: 'build', clientId, name: 'first', expiresIn: '30d' });
    expect(await world.ask('AddMember', { workspace: 'live', serviceAccount: clientId, role: 'admin' })).toBe(
      'accepted',
    );

    const found = await world.service.authenticator.authenticateToken(textOf(issued, 'apiKey'));
    expect(found).toEqual({
      kind: 'authenticated',
      principal: { kind: 'service-account', clientId, mayActForOthers: false },
    });
    if (found.kind !== 'authenticated') return;
    const entered = await world.service.directory.workspacesOf(found.principal);
    expect(entered.map(({ workspace, role }) => [workspace.name, workspace.accountId, role])).toEqual([
      ['build', account, 'admin'],
      ['live', account, 'admin'],
    ]);
    expect(await world.service.directory.account(account)).toMatchObject({
      name: 'Acme',
      ownerEmail: 'boss@acme.example',
      policy: { targetAdmin: 'required', acrossAccounts: 'forbidden' },
    });
  });

  it('is for the operator', async () => {
    const world = open();
    expect(await world.ask('OpenAccount', { name: 'Mine' }, { as: 'ann' })).toBe('operator-required');
    expect(await world.ask('ChangeSharingPolicy', { accountId: 'one' }, { as: 'ann' })).toBe('operator-required');
    expect(await world.ask('CreateWorkspace', { workspace: 'lost' })).toBe('account-missing');
    expect(await world.ask('CreateWorkspace', { workspace: 'lost', accountId: 'nowhere' })).toBe('account-not-found');
    expect(await world.ask('ChangeSharingPolicy', { accountId: 'nowhere' })).toBe('account-not-found');
  });
});

describe('an admin who needs another workspace', () => {
  it('gets one in the same account and is its admin', async () => {
    const world = open();
    expect(await world.ask('CreateWorkspace', { workspace: 'alpha-two', displayName: 'Two' }, { as: 'ann' })).toBe(
      'accepted',
    );
    expect(await world.service.directory.workspace('alpha-two')).toMatchObject({
      accountId: 'one',
      displayName: 'Two',
    });
    expect(await world.service.directory.roleOf(user('ann'), 'alpha-two')).toBe('admin');
  });

  it('must be an admin there; accounts of others are told apart by nobody', async () => {
    const world = open();
    const ask = async (as: string, accountId?: string) => {
      const answer = await world.send(
        'CreateWorkspace',
        { workspace: 'wish', ...(accountId && { accountId }) },
        { as },
      );
      return answer.kind === 'rejected' ? `${answer.rejection.code}: ${answer.rejection.message}` : answer.kind;
    };
    expect(await ask('ben')).toMatch(/^creation-forbidden/);
    expect(await ask('ann', 'two')).toMatch(/^creation-forbidden/);
    expect(await ask('ann', 'two')).toBe(await ask('ann', 'nowhere'));
    expect(await ask('eve', 'one')).toMatch(/^creation-forbidden/);
  });

  it('says in which account when there are several', async () => {
    const world = open();
    expect(await world.ask('CreateWorkspace', { workspace: 'cats' }, { as: 'cat' })).toBe('account-missing');
    expect(await world.ask('CreateWorkspace', { workspace: 'cats', accountId: 'two' }, { as: 'cat' })).toBe('accepted');
  });

  it('does not get a name that is taken, or ever was', async () => {
    const world = open();
    const words = async (workspace: string) => {
      const answer = await world.send('CreateWorkspace', { workspace }, { as: 'ann' });
      return answer.kind === 'rejected' ? answer.rejection.message.replaceAll(workspace, 'NAME') : answer.kind;
    };
    await world.ask('CreateWorkspace', { workspace: 'gone', accountId: 'two' });
    await world.ask('DeleteWorkspace', { workspace: 'gone' });
    expect(await words('far')).toBe('The workspace name NAME is taken.');
    expect(await words('gone')).toBe(await words('far'));
  });
});

describe('a service that acts for an admin', () => {
  it('creates a workspace in the name of an admin where both are admins', async () => {
    const world = open();
    const service = {
      kind: 'service-account',
      clientId: textOf(
        await world.send('CreateServiceAccount', {
          workspace: 'alpha',
          name: 'Portal',
          role: 'admin',
          mayActForOthers: true,
        }),
        'clientId',
      ),
      mayActForOthers: true,
    } as const;
    const create = (workspace: string, principal: string) =>
      sendAs(world, service, 'CreateWorkspace', { workspace }, { principal });

    expect(inAWord(await create('portal-made', 'user:ann'))).toBe('accepted');
    expect(await world.service.directory.roleOf(user('ann'), 'portal-made')).toBe('admin');
    expect(await world.service.directory.roleOf(service, 'portal-made')).toBeUndefined();
    expect(inAWord(await create('portal-two', 'user:fay'))).toBe('creation-forbidden');
    expect(inAWord(await create('portal-two', 'user:ben'))).toBe('creation-forbidden');
    // Of cat's two accounts, the service is an admin in one only.
    expect(inAWord(await create('portal-three', 'user:cat'))).toBe('accepted');
    expect(await world.service.directory.accountOf('portal-three')).toBe('one');
  });
});

describe('deleting a workspace', () => {
  it('waits until its last image is gone, pushed however shortly before', async () => {
    const world = open();
    await world.ask('CreateWorkspace', { workspace: 'brief', accountId: 'one' });
    for (let round = 1; round <= 5; round++) {
      const pushed = world.ask('PushTag', tagged('brief/sandbox/tool', 'v1', round));
      expect(await pushed).toBe('accepted');
      expect(await world.ask('DeleteWorkspace', { workspace: 'brief' })).toBe('workspace-in-use');
    }
    await world.ask('DeleteImage', { workspace: 'brief', resourceType: 'sandbox', name: 'tool' });
    expect(await world.ask('DeleteWorkspace', { workspace: 'brief' }, { as: 'ann' })).toBe('workspace-forbidden');
    expect(await world.ask('DeleteWorkspace', { workspace: 'brief' })).toBe('accepted');
    expect(await world.service.directory.workspace('brief')).toBeUndefined();
    expect(await world.ask('PushTag', tagged('brief/sandbox/tool', 'v1', 1))).toBe('workspace-not-found');
  });

  it('ends the keys of its service accounts with it', async () => {
    const world = open();
    await world.ask('CreateWorkspace', { workspace: 'fleeting', accountId: 'one' });
    const clientId = textOf(
      await world.send('CreateServiceAccount', { workspace: 'fleeting', name: 'CI', role: 'admin' }),
      'clientId',
    );
    await world.ask('AddMember', { workspace: 'alpha', serviceAccount: clientId });
    const key = textOf(await world.send('IssueApiKey', { workspace: 'fleeting', clientId }), 'apiKey');
    expect(await world.service.authenticator.authenticateToken(key)).toMatchObject({ kind: 'authenticated' });
    await world.ask('DeleteWorkspace', { workspace: 'fleeting' });
    expect(await world.service.authenticator.authenticateToken(key)).toMatchObject({
      rejection: { code: 'credential-revoked' },
    });
  });
});
