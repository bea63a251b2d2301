import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandAnswer } from '../../../src/command-bus/command-definition.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { World } from '../../support/world.js';
import { resultOf, textOf } from './in-world.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let world: World;

beforeEach(async () => {
  directory = await temporaryDirectory();
  world = await World.open({
    directory: directory.path,
    people: {
      accounts: { one: {} },
      workspaces: {
        alpha: { account: 'one', members: { ann: 'admin', ben: 'admin' } },
        brief: { account: 'one', members: { ann: 'admin' } },
      },
    },
  });
});

afterEach(async () => {
  await world.close();
  await directory.remove();
});

async function restart(): Promise<void> {
  await world.close();
  world = await World.open({ directory: directory.path });
}

/** Sends it, sends it again, twice at once, and once more after a restart: one answer, one effect. */
async function oneEffect(type: string, data: Readonly<Record<string, unknown>>, as?: string): Promise<CommandAnswer> {
  const id = randomUUID();
  const send = (): Promise<CommandAnswer> => world.send(type, data, { id, ...(as !== undefined && { as }) });
  const [first, second] = await Promise.all([send(), send()]);
  const { length } = await world.log();
  const third = await send();
  await restart();
  const fourth = await send();
  for (const again of [second, third, fourth]) expect(placeOf(again)).toEqual(placeOf(first));
  expect(await world.log()).toHaveLength(length);
  return first;
}

function placeOf(answer: CommandAnswer): unknown {
  if (answer.kind === 'rejected') return answer.rejection;
  const { kind, stream, revision, position } = answer;
  return { kind, stream, revision, position };
}

describe('the same command again', () => {
  it('opens one account', async () => {
    const first = await oneEffect('OpenAccount', { name: 'Acme' });
    expect(await world.service.directory.account(textOf(first, 'accountId'))).toMatchObject({ name: 'Acme' });
    expect(await world.service.directory.accounts()).toHaveLength(2);
  });

  it('creates one workspace, even when its sender could not do so any more', async () => {
    expect(await oneEffect('CreateWorkspace', { workspace: 'new' }, 'ann')).toMatchObject({ kind: 'accepted' });
    const id = 'before-ben-left';
    const first = await world.send('CreateWorkspace', { workspace: 'bens' }, { as: 'ben', id });
    await world.ask('RemoveMember', { workspace: 'alpha', member: 'ben' });
    await world.ask('RemoveMember', { workspace: 'bens', member: 'ben' });
    expect(await world.send('CreateWorkspace', { workspace: 'bens' }, { as: 'ben', id })).toEqual(first);
    expect(await world.ask('CreateWorkspace', { workspace: 'bens' }, { as: 'ben' })).toBe('creation-forbidden');
  });

  it('ends a workspace, though nobody is its admin any more', async () => {
    expect(await oneEffect('DeleteWorkspace', { workspace: 'brief' }, 'ann')).toMatchObject({ kind: 'accepted' });
    expect(await world.ask('DeleteWorkspace', { workspace: 'brief' }, { as: 'ann' })).toBe('workspace-forbidden');
  });

  it('lets a member leave', async () => {
    const leave = { workspace: 'alpha', member: 'ben' };
    expect(await oneEffect('RemoveMember', leave, 'ben')).toMatchObject({ kind: 'accepted' });
  });

  it('makes one service account', async () => {
    const data = { workspace: 'alpha', name: 'CI' };
    const first = await oneEffect('CreateServiceAccount', data, 'ann');
    expect((await world.service.directory.serviceAccounts('alpha')).map(({ clientId }) => clientId)).toEqual([
      textOf(first, 'clientId'),
    ]);
  });

  it('issues one key and shows it once', async () => {
    const clientId = textOf(await world.send('CreateServiceAccount', { workspace: 'alpha', name: 'CI' }), 'clientId');
    const data = { workspace: 'alpha', clientId, name: 'k', expiresIn: '1w' };
    const sending = { as: 'ann', id: 'issue-1' };
    const answers = await Promise.all([
      world.send('IssueApiKey', data, sending),
      world.send('IssueApiKey', data, sending),
    ]);
    answers.push(await world.send('IssueApiKey', data, sending));
    await restart();
    answers.push(await world.send('IssueApiKey', data, sending));

    expect(new Set(answers.map((answer) => textOf(answer, 'keyId'))).size).toBe(1);
    const shown = answers.filter((answer) => 'apiKey' in resultOf(answer));
    expect(shown).toHaveLength(1);
    for (const answer of answers) {
      if (!shown.includes(answer)) expect(textOf(answer, 'message')).toContain('issued before');
    }
    expect(await world.service.directory.apiKeys(clientId)).toHaveLength(1);
    const key = shown.map((answer) => textOf(answer, 'apiKey'))[0] ?? '';
    expect(await world.service.authenticator.authenticateToken(key)).toMatchObject({ kind: 'authenticated' });
  });

  it('is another one for another sender', async () => {
    const data = { workspace: 'alpha', name: 'CI' };
    const [first, second] = await Promise.all([
      world.send('CreateServiceAccount', data, { as: 'ann', id: '1' }),
      world.send('CreateServiceAccount', data, { as: 'ben', id: '1' }),
    ]);
    expect(textOf(first, 'clientId')).not.toBe(textOf(second, 'clientId'));
  });

  it('is refused when it is about something else', async () => {
    await world.send('CreateWorkspace', { workspace: 'x1', accountId: 'one' }, { id: 'same' });
    await expect(world.send('CreateWorkspace', { workspace: 'x2', accountId: 'one' }, { id: 'same' })).rejects.toThrow(
      'already used for another command',
    );
    await expect(world.send('CreateWorkspace', { workspace: 'x2', accountId: 'none' }, { id: 'same' })).rejects.toThrow(
      'already used for another command',
    );
  });

  it('may succeed when it was rejected before', async () => {
    const data = { workspace: 'later', accountId: 'two' };
    expect(await world.ask('CreateWorkspace', data, { id: 'try' })).toBe('account-not-found');
    await world.ask('OpenAccount', { accountId: 'two', name: 'Two' });
    expect(await world.ask('CreateWorkspace', data, { id: 'try' })).toBe('accepted');
  });
});
