import { z } from 'zod';
import {
  countField,
  imageNameField,
  positionField,
  principalField,
  resourceTypeField,
  timeField,
  workspaceNameField,
} from '../vocabulary/field-schemas.js';
import { failedLineSchema } from '../http/error-response.js';
import type { ShapeOf } from '../vocabulary/shape.js';
import type { AuditEvent } from './audit.event.js';

const auditedImage = z
  .strictObject({ resourceType: resourceTypeField, name: imageNameField })
  .meta({ id: 'AuditedImage' });

/** An event with everything on record about it. */
export const auditEventSchema = z
  .strictObject({
    position: positionField,
    stream: z.string().meta({ examples: ['image-team-a/sandbox/base'] }),
    revision: countField.describe('Its number in the stream, from 0.'),
    id: z.string(),
    type: z.string().meta({ examples: ['TagPushed'] }),
    schemaVersion: z.int().min(1).describe('Of the shape of `data`.'),
    data: z.unknown().meta({ type: 'object', description: 'As stored.' }),
    principal: principalField.describe(
      'Who: `user:SUB`, `service-account:CLIENTID`, `operator`, or a process of the service.',
    ),
    actor: principalField.describe('Who sent the command, when a service acted for the principal.').exactOptional(),
    via: z.string().describe('Through what: http, cli, console …'),
    occurredAt: timeField,
    reason: z.string().describe('Why, when the caller said so.').exactOptional(),
    commandId: z.string(),
    correlationId: z.string(),
    causationId: z
      .string()
      .describe('The event that led to this one, when a process of the service reacted.')
      .exactOptional(),
    workspace: workspaceNameField.describe('Whose stream it is.').exactOptional(),
    image: auditedImage.describe('The slot the stream is about.').exactOptional(),
  })
  .meta({ id: 'AuditEvent', description: 'An event with everything on record about it.' });

export type AuditEventJson = ShapeOf<typeof auditEventSchema>;

/** One line of an export. */
export const exportLineSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('event'), event: auditEventSchema }),
    z.strictObject({
      kind: z.literal('progress'),
      exported: countField,
      position: positionField.describe('Of the last event exported.'),
      through: positionField.describe('What the export goes up to.'),
    }),
    z.strictObject({ kind: z.literal('end'), exported: countField }),
    failedLineSchema,
  ])
  .meta({ id: 'AuditExportLine', description: 'One line of an export. The last one of a complete export is `end`.' });

/** An event as JSON. */
export function auditEventJson({ revision, ...event }: AuditEvent): AuditEventJson {
  return { ...event, revision: Number(revision) };
}
