import { z } from 'zod';
import type { EventMessage } from '../../catalog/feed/feed-message.js';
import type { Position } from '../../event-sourcing/position.js';
import { cloudEventOf } from '../../catalog/feed/cloud-event.js';

/** One try to send a message. */
export interface Attempt {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly durationMs: number;
  /** What the receiver answered, if it did. */
  readonly status?: number | undefined;
  /** The beginning of its answer. */
  readonly response?: string | undefined;
  /** Why there is no answer. */
  readonly fault?: string | undefined;
  /** Somebody asked for it, outside the order and the plan. */
  readonly isManual?: boolean | undefined;
}

export type DeliveryState = 'pending' | 'delivered' | 'failed';

/** A message to a webhook and what became of it. */
export interface Delivery {
  /** What the receiver sees as `webhook-id`: the id of the event, the same in every attempt. */
  readonly id: string;
  /** Of the CloudEvent. */
  readonly type: string;
  readonly state: DeliveryState;
  /** What is sent, byte for byte. */
  readonly body: string;
  /** The oldest first; of very many only the latest. */
  readonly attempts: readonly Attempt[];
  /** Milliseconds since 1970; absent unless pending. */
  readonly nextAttemptAt?: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** How far the deliveries of a webhook have come. */
export interface DeliveryCursor {
  readonly position: Position;
  /** Milliseconds since 1970: since when no attempt has succeeded. */
  readonly failingSince?: number;
}

/** So many attempts are remembered. */
const mostAttempts = 20;

const storedAttempts: z.ZodType<readonly Attempt[]> = z.array(
  z.strictObject({
    at: z.number(),
    durationMs: z.number(),
    status: z.number().optional(),
    response: z.string().optional(),
    fault: z.string().optional(),
    isManual: z.boolean().optional(),
  }),
);

/** A delivery of an event that nothing has been tried of yet. */
export function newDelivery(message: EventMessage, now: number): Delivery {
  const event = cloudEventOf(message);
  return {
    id: event.id,
    type: event.type,
    state: 'pending',
    body: JSON.stringify(event),
    attempts: [],
    createdAt: now,
  };
}

/** The attempts with one more. */
export function withAttempt({ attempts }: Delivery, attempt: Attempt): readonly Attempt[] {
  return [...attempts, attempt].slice(-mostAttempts);
}

/** The delivery when nobody waits to try it again. */
export function withoutWait({ id, type, state, body, attempts, createdAt }: Delivery): Delivery {
  return { id, type, state, body, attempts, createdAt };
}

/** How many attempts of the plan have been made. */
export function plannedAttempts({ attempts }: Delivery): number {
  return attempts.filter(({ isManual }) => isManual !== true).length;
}

/** The stored form of attempts. */
export function serializeAttempts(attempts: readonly Attempt[]): string {
  return JSON.stringify(attempts);
}

/** @throws ZodError when the text is not what {@link serializeAttempts} makes */
export function deserializeAttempts(text: string): readonly Attempt[] {
  return storedAttempts.parse(JSON.parse(text));
}
