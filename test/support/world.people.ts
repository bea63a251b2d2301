import { accountCodec } from '../../src/workspaces/domain/account.codec.js';
import type { SharingPolicy } from '../../src/workspaces/domain/account.events.js';
import { workspaceCodec } from '../../src/workspaces/domain/workspace.codec.js';
import type { Role } from '../../src/workspaces/domain/workspace.events.js';
import { accountStream, workspaceStream } from '../../src/workspaces/domain/workspace.stream.js';
import type { EventStore } from '../../src/event-sourcing/event-store.js';
import type { Position } from '../../src/event-sourcing/position.js';
import { WrittenLog } from './written-log.js';

/** Who is there: accounts, their policies, workspaces, and members by `sub`. */
export interface People {
  readonly accounts: Readonly<Record<string, Partial<SharingPolicy>>>;
  readonly workspaces: Readonly<
    Record<string, { readonly account: string; readonly members: Readonly<Record<string, Role>> }>
  >;
}

/** Writes people into a log as facts. Answers the position after which they are there. */
export async function settle(store: EventStore, people: People): Promise<Position | undefined> {
  const log = new WrittenLog(store);
  let last: Position | undefined;
  for (const [id, policy] of Object.entries(people.accounts)) {
    await log.write(accountStream(id), accountCodec, { type: 'AccountOpened', data: { name: id } });
    last = await log.write(accountStream(id), accountCodec, {
      type: 'AccountSharingPolicyChanged',
      data: { targetAdmin: 'required', acrossAccounts: 'forbidden', ...policy },
    });
  }
  for (const [workspace, { account: accountId, members }] of Object.entries(people.workspaces)) {
    const stream = workspaceStream(workspace);
    const data = { accountId, displayName: workspace, labels: {} };
    last = await log.write(stream, workspaceCodec, { type: 'WorkspaceCreated', data });
    for (const [sub, role] of Object.entries(members)) {
      const member = { principal: `user:${sub}`, role };
      last = await log.write(stream, workspaceCodec, { type: 'MemberAdded', data: member });
    }
  }
  return last;
}
