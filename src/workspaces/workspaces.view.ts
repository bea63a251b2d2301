import type { WorkspaceView } from './authorization/access-directory.js';
import type { WorkspaceDto } from './workspaces.dto.js';

/** A workspace as the management API shows it, with the number of its images if that was asked for. */
export function workspaceJson(workspace: WorkspaceView, images?: number): WorkspaceDto {
  const { name, displayName, accountId, labels, createdAt, createdBy, updatedAt, updatedBy } = workspace;
  return {
    id: name,
    name,
    displayName,
    accountId,
    labels: { ...labels },
    status: 'ready',
    createdAt,
    createdBy,
    updatedAt,
    updatedBy,
    ...(images !== undefined && { resourceCounts: { images } }),
  };
}
