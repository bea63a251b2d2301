import { z } from 'zod';
import {
  deploymentNameField,
  digestField,
  imageNameField,
  principalField,
  resourceTypeField,
  tagField,
  timeField,
  workspaceNameField,
} from '../../vocabulary/field-schemas.js';
import type { ShapeOf } from '../../vocabulary/shape.js';
import type { DeploymentRow } from '../catalog.tables.js';
import { rowResourceType, rowSlot } from '../row-slot.js';
import { repositoryName } from './image.view.js';

const metadata = z
  .strictObject({
    name: deploymentNameField,
    kind: resourceTypeField.describe('What runs.'),
    workspace: workspaceNameField.describe('Where it runs.'),
    deployedAt: timeField,
    deployedBy: principalField,
  })
  .meta({ id: 'DeploymentMetadata' });

const image = z
  .strictObject({
    resourceType: resourceTypeField,
    name: imageNameField,
    sourceWorkspace: workspaceNameField
      .describe('Only when the image is shared in: the workspace that owns it.')
      .exactOptional(),
  })
  .meta({ id: 'DeployedImage' });

const spec = z
  .strictObject({
    image,
    tag: tagField.describe('The tag it was deployed by; absent when it was by digest.').exactOptional(),
    digest: digestField.describe('What it is pinned to.'),
    reference: z.string().describe("What it pulls: the owner's repository at the digest."),
  })
  .meta({ id: 'DeploymentSpec' });

/** What runs from an image. */
export const deploymentSchema = z
  .strictObject({ metadata, spec })
  .meta({ id: 'Deployment', description: 'What runs in a workspace, and from which image.' });

export type DeploymentView = ShapeOf<typeof deploymentSchema>;

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
