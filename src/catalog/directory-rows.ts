import type { RecordedEvent } from '../event-sourcing/event.js';
import type { ProjectionRows } from '../event-sourcing/projection.js';
import { accountCodec } from '../workspaces/domain/account.codec.js';
import { workspaceCodec } from '../workspaces/domain/workspace.codec.js';
import { parseAccountStream, parseWorkspaceStream } from '../workspaces/domain/workspace.stream.js';
import { accountsTable, workspacesTable } from './catalog.tables.js';

const relevant: ReadonlySet<string> = new Set(['WorkspaceCreated', 'WorkspaceRenamed', 'AccountOpened']);

/** Keeps the names of workspaces and the owners of accounts, to be shown beside shares. */
export async function projectDirectory(batch: readonly RecordedEvent[], rows: ProjectionRows): Promise<void> {
  const events = batch.filter(({ type }) => relevant.has(type));
  if (events.length === 0) return;
  const workspaces = rows.table(workspacesTable);
  const accounts = rows.table(accountsTable);
  await workspaces.load(events.flatMap(({ stream }) => keyOf(parseWorkspaceStream(stream))));
  for (const recorded of events) {
    const workspace = parseWorkspaceStream(recorded.stream);
    const accountId = parseAccountStream(recorded.stream);
    if (workspace !== undefined) {
      const event = workspaceCodec.decode(recorded);
      if (event?.type === 'WorkspaceCreated') {
        const { accountId: owner, displayName } = event.data;
        workspaces.put({ workspace, account_id: owner, display_name: displayName });
      } else if (event?.type === 'WorkspaceRenamed') {
        const before = workspaces.get(workspace);
        if (before !== undefined) workspaces.put({ ...before, display_name: event.data.displayName });
      }
    } else if (accountId !== undefined) {
      const event = accountCodec.decode(recorded);
      if (event?.type === 'AccountOpened') {
        accounts.put({ account_id: accountId, owner_email: event.data.ownerEmail ?? null });
      }
    }
  }
}

function keyOf(workspace: string | undefined): readonly (readonly string[])[] {
  return workspace === undefined ? [] : [[workspace]];
}
