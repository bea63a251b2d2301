import { z } from 'zod';
import { workspaceNameField } from '../../vocabulary/field-schemas.js';
import type { ShapeOf } from '../../vocabulary/shape.js';
import { deploymentSchema } from './deployment.view.js';
import { shareTargetSchema } from './share.view.js';

const workspaceUsage = z
  .strictObject({ workspace: workspaceNameField, deployments: z.array(deploymentSchema) })
  .meta({ id: 'WorkspaceUsage' });

/** Who depends on an image. */
export const imageUsageSchema = z
  .strictObject({
    shares: z.array(shareTargetSchema).describe('With whom it is shared; told to its owner alone.'),
    workspaces: z.array(workspaceUsage).describe('What runs from it, by workspace, as far as the caller may see.'),
  })
  .meta({ id: 'ImageUsage', description: 'Who depends on an image.' });

export type ImageUsage = ShapeOf<typeof imageUsageSchema>;
