import { z } from 'zod';
import { deploymentSchema } from '../catalog/view/deployment.view.js';
import { imageSchema } from '../catalog/view/image.view.js';
import { failedLineSchema } from '../http/error-response.js';
import { countField, positionField } from '../vocabulary/field-schemas.js';

/** One line of a replay. */
export const replayLineSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('progress'),
      events: countField,
      of: countField.describe('How many there will be in the end.'),
    }),
    z.strictObject({ kind: z.literal('image'), image: imageSchema.describe('As its workspace saw it.') }),
    z.strictObject({ kind: z.literal('deployment'), deployment: deploymentSchema }),
    z.strictObject({
      kind: z.literal('result'),
      events: countField,
      through: positionField.describe('The last event replayed; absent before the first.').exactOptional(),
      images: countField,
      deployments: countField,
    }),
    failedLineSchema,
  ])
  .meta({ id: 'ReplayLine', description: 'One line of a replay. The last one is its `result`.' });
