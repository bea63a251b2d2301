import type { Rejection } from '../../event-sourcing/decider.js';
import type { RejectionCategory } from '../../vocabulary/rejection-category.js';

/** Every reason for not obeying a command about webhooks, and what kind of no it is. */
export const webhookRejections = {
  'webhook-not-found': 'not-found',
  'webhook-exists': 'conflict',
  'too-many-webhooks': 'conflict',
  'invalid-webhook-url': 'invalid',
  'webhook-address-refused': 'invalid',
  'delivery-not-found': 'not-found',
} as const satisfies Readonly<Record<string, RejectionCategory>>;

export type WebhookRejectionCode = keyof typeof webhookRejections;

export interface WebhookRejection extends Rejection {
  readonly code: WebhookRejectionCode;
  readonly category: RejectionCategory;
}

/** The rejection of this code with a sentence that names the thing at fault. */
export function webhookRejection(code: WebhookRejectionCode, message: string): WebhookRejection {
  return { code, message, category: webhookRejections[code] };
}
