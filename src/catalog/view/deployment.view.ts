import type { ResourceType } from '../../vocabulary/names.js';
import type { DeploymentRow } from '../catalog.tables.js';
import { rowResourceType, rowSlot } from '../row-slot.js';
import { repositoryName } from './image.view.js';

/** What runs from an image. Times are RFC 3339 in UTC with milliseconds. */
export interface DeploymentView {
  readonly metadata: {
    readonly name: string;
    readonly kind: ResourceType;
    readonly workspace: string;
    readonly deployedAt: string;
    /** The principal. */
    readonly deployedBy: string;
  };
  readonly spec: {
    readonly image: {
      readonly resourceType: ResourceType;
      readonly name: string;
      /** Only when the image is shared in: the workspace that owns it. */
      readonly sourceWorkspace?: string;
    };
    /** The tag it was deployed by; absent when it was by digest. */
    readonly tag?: string;
    /** What it is pinned to. */
    readonly digest: string;
    /** What it pulls: the owner's repository at the digest. */
    readonly reference: string;
  };
}

export function deploymentView(row: DeploymentRow, registry: string | undefined): DeploymentView {
  const source = rowSlot(row.source_workspace, row);
  return {
    metadata: {
      name: row.deployment,
      kind: rowResourceType(row.kind),
      workspace: row.workspace,
      deployedAt: row.deployed_at,
      deployedBy: row.deployed_by,
    },
    spec: {
      image: {
        resourceType: source.resourceType,
        name: source.name,
        ...(row.source_workspace !== row.workspace && { sourceWorkspace: row.source_workspace }),
      },
      ...(row.tag !== null && { tag: row.tag }),
      digest: row.digest,
      reference: `${repositoryName(source, registry)}@${row.digest}`,
    },
  };
}
