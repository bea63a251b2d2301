import type { TableSpec } from '../event-sourcing/projection.js';

/** An image that is shared into a workspace, which thus hears of its tags. */
export type SharedInRow = Readonly<{
  workspace: string;
  resource_type: string;
  name: string;
  source_workspace: string;
}>;

export const sharedInTable: TableSpec<SharedInRow> = {
  name: 'events_out_shared_in',
  columns: {
    workspace: { type: 'text' },
    resource_type: { type: 'text' },
    name: { type: 'text' },
    source_workspace: { type: 'text' },
  },
  primaryKey: ['workspace', 'resource_type', 'name'],
  indexes: [{ columns: ['source_workspace', 'resource_type', 'name'] }],
};

/** The account that each workspace is in. */
export type WorkspaceAccountRow = Readonly<{ workspace: string; account_id: string }>;

export const workspaceAccountsTable: TableSpec<WorkspaceAccountRow> = {
  name: 'events_out_workspaces',
  columns: { workspace: { type: 'text' }, account_id: { type: 'text' } },
  primaryKey: ['workspace'],
};
