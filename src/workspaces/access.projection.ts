import type { RecordedEvent } from '../event-sourcing/event.js';
import type { Projection } from '../event-sourcing/projection.js';
import { readAccessEvent } from './access-event.js';
import type { AccessEvent } from './access-event.js';
import { AccessRows } from './access-rows.js';
import {
  accountsTable,
  apiKeysTable,
  invitationsTable,
  membersTable,
  serviceAccountsTable,
  workspacesTable,
} from './access.tables.js';
import { accountCodec } from './domain/account.codec.js';
import { workspaceCodec } from './domain/workspace.codec.js';

/** Who may do what now: accounts, workspaces, members, invitations, service accounts and their keys. */
export const accessProjection: Projection = {
  name: 'access',
  version: 2,
  tables: [workspacesTable, accountsTable, membersTable, invitationsTable, serviceAccountsTable, apiKeysTable],
  async project(batch, rows) {
    const events = batch.map(readAccessEvent).filter((event): event is AccessEvent => event !== undefined);
    if (events.length === 0) return;
    const access = new AccessRows(rows);
    await access.load(events);
    for (const event of events) access.apply(event);
  },
};

/** True when the events change who may do what; after such a batch the access directory must forget what it kept. */
export function changesAccess(batch: readonly RecordedEvent[]): boolean {
  return batch.some(({ type }) => workspaceCodec.types.has(type) || accountCodec.types.has(type));
}
