import { z } from 'zod';
import { errorSchema, toErrorResponse } from '../http/error-response.js';
import { Refusal } from '../http/refusal.js';
import { countField, positionField } from '../vocabulary/field-schemas.js';
import type { ShapeOf } from '../vocabulary/shape.js';
import type { CommandAnswer } from './command-definition.js';

const line = z.int().min(1).describe('Of a batch: which line is answered.').exactOptional();
const id = z.string().nullable().describe('Of the envelope; null when it could not be read.');

/** What goes back to the sender of an envelope that was obeyed. */
export const commandDoneSchema = z
  .strictObject({
    line,
    id,
    outcome: z.enum(['accepted', 'already-so']),
    stream: z
      .string()
      .meta({ examples: ['image-team-a/sandbox/base'] })
      .exactOptional(),
    revision: countField.describe('Of the last event in the stream.').exactOptional(),
    position: positionField.describe('Where the change stands.').exactOptional(),
    result: z
      .record(z.string(), z.unknown())
      .describe('What the sender cannot know otherwise, such as an id made here.')
      .exactOptional(),
  })
  .meta({ id: 'CommandDone', description: 'The command was obeyed, or everything was so already.' });

/** What goes back to the sender of an envelope that was not obeyed. */
export const commandRefusedSchema = z
  .strictObject({
    line,
    id,
    outcome: z.enum(['rejected', 'failed']).describe('`failed` may be sent again with the same id.'),
    ...errorSchema.shape,
  })
  .meta({ id: 'CommandRefused', description: 'The command was refused, or could not be taken.' });

/** What goes back to the sender of an envelope. */
export type CommandReply = ShapeOf<typeof commandDoneSchema> | CommandRefused;

/** What goes back to the sender of an envelope that was not obeyed. */
export type CommandRefused = ShapeOf<typeof commandRefusedSchema>;

/** The reply to a command that was answered. */
export function replyTo(id: string, answer: CommandAnswer): CommandReply {
  if (answer.kind === 'rejected') return failureReply(id, new Refusal(answer.rejection));
  const { kind, stream, revision, position, result } = answer;
  return {
    id,
    outcome: kind,
    ...(stream !== undefined && { stream }),
    ...(revision !== undefined && { revision: Number(revision) }),
    ...(position !== undefined && { position }),
    ...(result !== undefined && { result }),
  };
}

/** The reply to a command that was refused or failed: `failed` may be sent again, `rejected` would be again. */
export function failureReply(id: string | null, thrown: unknown): CommandRefused {
  const { body } = toErrorResponse(thrown);
  return { id, outcome: body.code >= 500 ? 'failed' : 'rejected', ...body };
}
