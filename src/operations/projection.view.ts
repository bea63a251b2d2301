import { z } from 'zod';
import type { ShapeOf } from '../vocabulary/shape.js';
import { countField, positionField } from '../vocabulary/field-schemas.js';

const fault = z
  .strictObject({
    message: z.string(),
    position: positionField.describe('Of the event that it cannot take, when it is known.').exactOptional(),
    stream: z.string().describe('Of that event.').exactOptional(),
  })
  .meta({ id: 'ProjectionFault', description: 'Why a projection stopped, and at which event.' });

const eventsInLog = countField.describe('In the whole log.');

const rebuild = z
  .strictObject({
    checkpoint: positionField.describe('How far it has come.').exactOptional(),
    eventsProcessed: countField,
    eventsInLog,
    fault: fault.exactOptional(),
  })
  .meta({
    id: 'ProjectionRebuild',
    description: 'A generation that is built beside the one that queries see.',
  });

/** Where a projection stands. */
export const projectionSchema = z
  .strictObject({
    name: z.string(),
    version: countField.describe('Of its tables.'),
    state: z.enum(['starting', 'catching-up', 'live', 'paused', 'stopped', 'failed']),
    ready: z.boolean().describe('Whether its tables may be queried.'),
    checkpoint: positionField.describe('The position that queries have passed.').exactOptional(),
    head: positionField.describe('The last position it has heard of.').exactOptional(),
    lagMs: z.number().min(0).describe('Milliseconds from an event to its projection, of the last batch.'),
    eventsProcessed: countField.describe('Since it was built.'),
    eventsInLog,
    fault: fault.exactOptional(),
    rebuild: rebuild.exactOptional(),
  })
  .meta({ id: 'Projection', description: 'Where a projection stands.' });

export type ProjectionView = ShapeOf<typeof projectionSchema>;
