import type { TableSpec } from '../event-sourcing/projection.js';

/**
 * One row per slot that holds an image: what its workspace sees. `source_workspace` and `share_id` are set for an
 * image shared in, and absent for an owned one. Nothing here repeats what stands at the source, so that a push
 * touches one row however many workspaces the image is shared with.
 */
export type ImageRow = Readonly<{
  workspace: string;
  resource_type: string;
  name: string;
  source_workspace: string | null;
  share_id: string | null;
  /** Where the content came from, when that was said at registration. */
  reference: string | null;
  /** When the image was registered here, or received. */
  created_at: string;
  /** When its tags last changed. */
  updated_at: string;
  /** When this workspace last deployed it. */
  last_deployed_at: string | null;
  /** The tag pushed last; absent when there is none, or after it was deleted until the next push. */
  latest_tag: string | null;
  /** The last event of this slot. */
  changed_position: string;
}>;

export const imagesTable: TableSpec<ImageRow> = {
  name: 'catalog_images',
  columns: {
    workspace: { type: 'text' },
    resource_type: { type: 'text' },
    name: { type: 'text' },
    source_workspace: { type: 'text', nullable: true },
    share_id: { type: 'text', nullable: true },
    reference: { type: 'text', nullable: true },
    created_at: { type: 'text' },
    updated_at: { type: 'text' },
    last_deployed_at: { type: 'text', nullable: true },
    latest_tag: { type: 'text', nullable: true },
    changed_position: { type: 'text' },
  },
  primaryKey: ['workspace', 'resource_type', 'name'],
};

/** The tags of an image, once, under the slot that owns it (`slotLabel`). */
export type TagRow = Readonly<{
  slot: string;
  tag: string;
  digest: string;
  /** Bytes of everything the digest refers to. */
  size: number;
  media_type: string | null;
  /** JSON array of `os/architecture[/variant]`. */
  platforms: string;
  /** When the tag appeared; moving it to another digest leaves this alone. */
  created_at: string;
  /** When it was last pushed. */
  updated_at: string;
  pushed_by: string;
  /** Of the last push. */
  position: string;
  previous_digest: string | null;
}>;

export const tagsTable: TableSpec<TagRow> = {
  name: 'catalog_tags',
  columns: {
    slot: { type: 'text' },
    tag: { type: 'text' },
    digest: { type: 'text' },
    size: { type: 'integer' },
    media_type: { type: 'text', nullable: true },
    platforms: { type: 'text' },
    created_at: { type: 'text' },
    updated_at: { type: 'text' },
    pushed_by: { type: 'text' },
    position: { type: 'text' },
    previous_digest: { type: 'text', nullable: true },
  },
  primaryKey: ['slot', 'tag'],
};

export type ShareStatus = 'active' | 'pending';

/** The shares of an image that have not ended, under the slot that owns it. At most one per target. */
export type ShareRow = Readonly<{
  slot: string;
  target_workspace: string;
  share_id: string;
  source_workspace: string;
  resource_type: string;
  name: string;
  target_account_id: string;
  status: ShareStatus;
  /** When it was first asked for, and by whom. */
  created_at: string;
  shared_by: string;
  /** When it became active. */
  active_since: string | null;
  /** When a request ends by itself; absent for a share made at once. RFC 3339 in UTC with milliseconds. */
  expires_at: string | null;
  position: string;
}>;

export const sharesTable: TableSpec<ShareRow> = {
  name: 'catalog_shares',
  columns: {
    slot: { type: 'text' },
    target_workspace: { type: 'text' },
    share_id: { type: 'text' },
    source_workspace: { type: 'text' },
    resource_type: { type: 'text' },
    name: { type: 'text' },
    target_account_id: { type: 'text' },
    status: { type: 'text' },
    created_at: { type: 'text' },
    shared_by: { type: 'text' },
    active_since: { type: 'text', nullable: true },
    expires_at: { type: 'text', nullable: true },
    position: { type: 'text' },
  },
  primaryKey: ['slot', 'target_workspace'],
  indexes: [
    { columns: ['share_id'] },
    { columns: ['target_workspace', 'status'] },
    { columns: ['source_workspace', 'status'] },
    { columns: ['expires_at'], where: 'expires_at is not null' },
  ],
};

/** What runs in a workspace, pinned to the digest it was deployed with. */
export type DeploymentRow = Readonly<{
  workspace: string;
  kind: string;
  deployment: string;
  resource_type: string;
  name: string;
  /** The workspace that owns the image, and its slot there. */
  source_workspace: string;
  source_slot: string;
  tag: string | null;
  digest: string;
  deployed_at: string;
  deployed_by: string;
  position: string;
}>;

export const deploymentsTable: TableSpec<DeploymentRow> = {
  name: 'catalog_deployments',
  columns: {
    workspace: { type: 'text' },
    kind: { type: 'text' },
    deployment: { type: 'text' },
    resource_type: { type: 'text' },
    name: { type: 'text' },
    source_workspace: { type: 'text' },
    source_slot: { type: 'text' },
    tag: { type: 'text', nullable: true },
    digest: { type: 'text' },
    deployed_at: { type: 'text' },
    deployed_by: { type: 'text' },
    position: { type: 'text' },
  },
  primaryKey: ['workspace', 'kind', 'deployment'],
  indexes: [{ columns: ['source_slot', 'workspace'] }, { columns: ['workspace', 'resource_type', 'name'] }],
};

/** The names of workspaces, to be shown beside shares. A deleted workspace keeps its row. */
export type WorkspaceRow = Readonly<{
  workspace: string;
  account_id: string;
  display_name: string;
}>;

export const workspacesTable: TableSpec<WorkspaceRow> = {
  name: 'catalog_workspaces',
  columns: {
    workspace: { type: 'text' },
    account_id: { type: 'text' },
    display_name: { type: 'text' },
  },
  primaryKey: ['workspace'],
};

/** Whom to ask about an account, to be shown beside shares. */
export type AccountRow = Readonly<{
  account_id: string;
  owner_email: string | null;
}>;

export const accountsTable: TableSpec<AccountRow> = {
  name: 'catalog_accounts',
  columns: {
    account_id: { type: 'text' },
    owner_email: { type: 'text', nullable: true },
  },
  primaryKey: ['account_id'],
};

/** The tables of the catalog as queries see them. */
export interface CatalogSchema {
  catalog_images: ImageRow;
  catalog_tags: TagRow;
  catalog_shares: ShareRow;
  catalog_deployments: DeploymentRow;
  catalog_workspaces: WorkspaceRow;
  catalog_accounts: AccountRow;
}
