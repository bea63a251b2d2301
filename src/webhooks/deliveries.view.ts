import { z } from 'zod';
import { timeField } from '../vocabulary/field-schemas.js';
import type { ShapeOf } from '../vocabulary/shape.js';
import type { Attempt, Delivery } from './deliveries/delivery.js';
import { deliveryIdField } from './webhook-field-rules.js';

const attemptSchema = z
  .strictObject({
    at: timeField,
    durationMs: z.number().min(0),
    status: z.int().describe('What the receiver answered, if it did.').exactOptional(),
    response: z.string().describe('The beginning of its answer.').exactOptional(),
    fault: z.string().describe('Why there is no answer.').exactOptional(),
    manual: z.literal(true).describe('Somebody asked for it, outside the order and the plan.').exactOptional(),
  })
  .meta({ id: 'DeliveryAttempt', description: 'One try to send a message.' });

/** A message to a webhook and what became of it. */
export const deliverySchema = z
  .strictObject({
    id: deliveryIdField.describe('What its receiver sees as webhook-id.'),
    type: z.string().meta({ examples: ['tagalong.tag.pushed'] }),
    state: z
      .enum(['pending', 'delivered', 'failed'])
      .describe('`pending`: it is tried again, and others wait behind it. `failed`: it was given up.'),
    createdAt: timeField,
    nextAttemptAt: timeField.describe('While it is pending.').exactOptional(),
    attempts: z.array(attemptSchema).describe('The oldest first; of very many only the latest.'),
  })
  .meta({ id: 'WebhookDelivery', description: 'A message to a webhook and what became of it.' });

export type DeliveryJson = ShapeOf<typeof deliverySchema>;

/** A delivery for the admins of its workspace. */
export function deliveryJson({ id, type, state, createdAt, nextAttemptAt, attempts }: Delivery): DeliveryJson {
  return {
    id,
    type,
    state,
    createdAt: timeOf(createdAt),
    ...(nextAttemptAt !== undefined && { nextAttemptAt: timeOf(nextAttemptAt) }),
    attempts: attempts.map(attemptJson),
  };
}

function attemptJson({ at, durationMs, status, response, fault, isManual }: Attempt): DeliveryJson['attempts'][number] {
  return {
    at: timeOf(at),
    durationMs,
    ...(status !== undefined && { status }),
    ...(response !== undefined && { response }),
    ...(fault !== undefined && { fault }),
    ...(isManual === true && { manual: isManual }),
  };
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
