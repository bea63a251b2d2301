import { z } from 'zod';
import {
  accountIdField,
  imageNameField,
  resourceTypeField,
  timeField,
  workspaceNameField,
} from '../../vocabulary/field-schemas.js';
import type { ShapeOf } from '../../vocabulary/shape.js';
import type { AccountRow, ShareRow, WorkspaceRow } from '../catalog.tables.js';
import { rowResourceType } from '../row-slot.js';

/** A workspace that an image is shared with, or was offered to. */
export const shareTargetSchema = z
  .strictObject({
    workspace: workspaceNameField,
    accountId: accountIdField,
    accountOwnerEmail: z.string().describe('Only of an active share, when it is known.').exactOptional(),
    status: z
      .enum(['active', 'pending'])
      .describe('`pending` is a request to another account that waits for its answer.'),
    pendingShareId: z.string().describe('Only of a pending share.').exactOptional(),
    workspaceDisplayName: z.string(),
  })
  .meta({ id: 'ImageShareTarget', description: 'A workspace that an image is shared with, or was offered to.' });

export type ImageShareTargetView = ShapeOf<typeof shareTargetSchema>;

/** A share that waits for the target's answer. */
export const pendingShareSchema = z
  .strictObject({
    id: z.string(),
    imageName: imageNameField,
    resourceType: resourceTypeField,
    sourceWorkspace: workspaceNameField,
    sourceWorkspaceDisplayName: z.string(),
    sourceAccountId: accountIdField.exactOptional(),
    targetWorkspace: workspaceNameField,
    targetWorkspaceDisplayName: z.string(),
    targetAccountId: accountIdField,
    sharedBy: z.string().describe('Who shared it: the `sub` of a user, or another principal in full.'),
    createdAt: timeField,
    updatedAt: timeField,
    expiresAt: timeField.exactOptional(),
    hasConflict: z
      .boolean()
      .describe('Does the target have an image of that name now? Told to the target alone.')
      .exactOptional(),
  })
  .meta({ id: 'PendingImageShare', description: "A share that waits for the target's answer." });

export type PendingShareView = ShapeOf<typeof pendingShareSchema>;

export type ShareTargetRow = Pick<ShareRow, 'target_workspace' | 'target_account_id' | 'share_id' | 'status'> & {
  readonly display_name: WorkspaceRow['display_name'] | null;
  readonly owner_email: AccountRow['owner_email'];
};

export type PendingShareRow = ShareRow & {
  readonly source_account_id: WorkspaceRow['account_id'] | null;
  readonly source_display_name: WorkspaceRow['display_name'] | null;
  readonly target_display_name: WorkspaceRow['display_name'] | null;
};

/** Until the target has answered, nothing is told of it that the one who asked did not say. */
export function shareTargetView(row: ShareTargetRow): ImageShareTargetView {
  const active = row.status === 'active';
  return {
    workspace: row.target_workspace,
    accountId: row.target_account_id,
    ...(active && row.owner_email !== null && { accountOwnerEmail: row.owner_email }),
    status: row.status,
    ...(!active && { pendingShareId: row.share_id }),
    workspaceDisplayName: active ? (row.display_name ?? row.target_workspace) : row.target_workspace,
  };
}

/** A request as the target sees it. */
export function incomingShareView(row: PendingShareRow, hasConflict: boolean): PendingShareView {
  return { ...pendingShareView(row, row.target_display_name), hasConflict };
}

/** A request as the one who asked sees it. Nothing is told of the target that was not said in asking. */
export function outgoingShareView(row: PendingShareRow): PendingShareView {
  return pendingShareView(row, null);
}

function pendingShareView(row: PendingShareRow, targetDisplayName: string | null): PendingShareView {
  return {
    id: row.share_id,
    imageName: row.name,
    resourceType: rowResourceType(row.resource_type),
    sourceWorkspace: row.source_workspace,
    sourceWorkspaceDisplayName: row.source_display_name ?? row.source_workspace,
    ...(row.source_account_id !== null && { sourceAccountId: row.source_account_id }),
    targetWorkspace: row.target_workspace,
    targetWorkspaceDisplayName: targetDisplayName ?? row.target_workspace,
    targetAccountId: row.target_account_id,
    sharedBy: subjectOf(row.shared_by),
    createdAt: row.created_at,
    updatedAt: row.created_at,
    ...(row.expires_at !== null && { expiresAt: row.expires_at }),
  };
}

const user = 'user:';

function subjectOf(principal: string): string {
  return principal.startsWith(user) ? principal.slice(user.length) : principal;
}
