import { z } from 'zod';
import {
  accountIdField,
  countField,
  principalField,
  timeField,
  workspaceNameField,
} from '../vocabulary/field-schemas.js';
import type { ShapeOf } from '../vocabulary/shape.js';
import type { WorkspaceView } from './authorization/access-directory.js';

/** A named place inside one account. */
export const workspaceSchema = z
  .strictObject({
    id: workspaceNameField.describe('The name: it never changes and is never given again.'),
    name: workspaceNameField,
    displayName: z.string(),
    accountId: accountIdField,
    labels: z.record(z.string(), z.string()),
    status: z.literal('ready'),
    createdAt: timeField,
    createdBy: principalField,
    updatedAt: timeField,
    updatedBy: principalField,
    resourceCounts: z
      .record(z.string(), countField)
      .describe('Only with `countResources=true`: how many `images` there are.')
      .exactOptional(),
  })
  .meta({ id: 'Workspace', description: 'A named place inside one account.' });

export type WorkspaceJson = ShapeOf<typeof workspaceSchema>;

/** Whether a name can be given to a new workspace. */
export const availabilitySchema = z
  .strictObject({
    available: z.boolean(),
    reason: z.literal('taken').describe('Why not.').exactOptional(),
    message: z.string().describe('The same in a sentence.').exactOptional(),
  })
  .meta({ id: 'WorkspaceAvailability', description: 'Whether a name can be given to a new workspace.' });

export type WorkspaceAvailability = ShapeOf<typeof availabilitySchema>;

/** A workspace as the management API shows it, with the number of its images if that was asked for. */
export function workspaceJson(workspace: WorkspaceView, images?: number): WorkspaceJson {
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
