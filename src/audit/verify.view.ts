import { z } from 'zod';
import { failedLineSchema } from '../http/error-response.js';
import { countField, positionField } from '../vocabulary/field-schemas.js';
import type { ShapeOf } from '../vocabulary/shape.js';
import type { Difference, VerifyMessage } from './verify.js';

const atEvent = { position: positionField, stream: z.string(), revision: countField, type: z.string() };
const columnValue = z.union([z.string(), z.number(), z.null()]);
const row = z.record(z.string(), columnValue);
const inTable = { projection: z.string(), table: z.string(), key: z.array(columnValue) };

const difference = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('event-unreadable'), ...atEvent, message: z.string() }),
    z.strictObject({ kind: z.literal('event-of-unknown-type'), ...atEvent }),
    z.strictObject({ kind: z.literal('revision-out-of-order'), ...atEvent, expected: countField }),
    z.strictObject({ kind: z.literal('position-out-of-order'), ...atEvent, before: positionField }),
    z.strictObject({ kind: z.literal('row-missing'), ...inTable, replayed: row }),
    z.strictObject({ kind: z.literal('row-too-many'), ...inTable, live: row }),
    z.strictObject({
      kind: z.literal('row-differs'),
      ...inTable,
      columns: z.array(z.string()).describe('Those that differ.'),
      live: row,
      replayed: row,
    }),
    z.strictObject({
      kind: z.literal('projection-not-comparable'),
      projection: z.string(),
      message: z.string().describe('Why there is nothing to compare.'),
    }),
    z.strictObject({
      kind: z.literal('projection-ahead-of-log'),
      projection: z.string(),
      checkpoint: positionField,
    }),
    z.strictObject({
      kind: z.literal('store-damaged'),
      message: z
        .string()
        .describe('How the event store itself is damaged, or its streams do not read as its log does.'),
      position: positionField.exactOptional(),
      stream: z.string().exactOptional(),
    }),
    z.strictObject({ kind: z.literal('projection-cannot-replay'), projection: z.string(), message: z.string() }),
  ])
  .meta({ id: 'VerifyDifference', description: 'Something that is not as the log says it should be.' });

const checking = z.strictObject({
  kind: z.literal('progress'),
  phase: z.literal('checking-store'),
  done: countField,
  total: countField,
});

const replaying = z.strictObject({
  kind: z.literal('progress'),
  phase: z.literal('replaying'),
  events: countField,
  of: countField.describe('As far as is known: the log may be longer.'),
  position: positionField,
});

const comparing = z.strictObject({
  kind: z.literal('progress'),
  phase: z.literal('comparing'),
  projection: z.string(),
  table: z.string(),
  rows: countField,
});

/** One line of a verification. */
export const verifyLineSchema = z
  .union([
    checking,
    replaying,
    comparing,
    z.strictObject({ kind: z.literal('difference'), difference }),
    z.strictObject({
      kind: z.literal('result'),
      ok: z.boolean().describe('True when there is no difference.'),
      events: countField,
      rows: countField,
      differences: countField.describe('All of them, those not told one by one too.'),
      compared: z.array(z.strictObject({ projection: z.string(), checkpoint: positionField.optional() })),
    }),
    failedLineSchema,
  ])
  .meta({ id: 'VerifyLine', description: 'One line of a verification. The last one is its `result`.' });

/** A message of a verification as JSON: revisions become numbers. */
export function verifyMessageJson(message: VerifyMessage): ShapeOf<typeof verifyLineSchema> {
  return message.kind === 'difference' ? { ...message, difference: differenceJson(message.difference) } : message;
}

function differenceJson(found: Difference): ShapeOf<typeof difference> {
  switch (found.kind) {
    case 'event-unreadable':
    case 'event-of-unknown-type':
    case 'position-out-of-order':
      return { ...found, revision: Number(found.revision) };
    case 'revision-out-of-order':
      return { ...found, revision: Number(found.revision), expected: Number(found.expected) };
    case 'row-missing':
    case 'row-too-many':
    case 'row-differs':
    case 'projection-not-comparable':
    case 'store-damaged':
    case 'projection-ahead-of-log':
    case 'projection-cannot-replay':
      return found;
  }
}
