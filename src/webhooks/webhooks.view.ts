import { z } from 'zod';
import { feedEventTypes } from '../catalog/feed/feed-message.js';
import { principalField, timeField } from '../vocabulary/field-schemas.js';
import type { ShapeOf } from '../vocabulary/shape.js';
import { webhookIdField } from './webhook-field-rules.js';
import type { WebhookKeys } from './sending/webhook-secrets.js';
import { secretText } from './sending/signature.js';
import type { WebhookView } from './webhook-directory.js';

const secret = z.string().meta({ examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] });

/** A webhook of a workspace. */
export const webhookSchema = z
  .strictObject({
    id: webhookIdField,
    url: z.string(),
    description: z.string(),
    events: z
      .array(z.string())
      .describe('Types of events; absent for all.')
      .meta({ examples: [feedEventTypes] })
      .exactOptional(),
    state: z.enum(['enabled', 'disabled']),
    disabledReason: z
      .enum(['requested', 'gone', 'failing'])
      .describe('`gone`: the receiver has answered 410. `failing`: no attempt has succeeded for days.')
      .exactOptional(),
    failingSince: timeField.describe('No attempt has succeeded since.').exactOptional(),
    secret: secret.describe('Only in the answer that creates it; `…/secret` tells it at any time.').exactOptional(),
    createdAt: timeField,
    createdBy: principalField,
    updatedAt: timeField,
  })
  .meta({ id: 'Webhook', description: 'Where the events of a workspace are sent.' });

export type WebhookJson = ShapeOf<typeof webhookSchema>;

/** What messages are signed with. */
export const webhookSecretSchema = z
  .strictObject({
    secret,
    previous: z
      .strictObject({ secret, until: timeField })
      .describe('The one before, as long as messages are signed with it, too.')
      .exactOptional(),
  })
  .meta({ id: 'WebhookSecret', description: 'What messages are signed with.' });

export type WebhookSecretJson = ShapeOf<typeof webhookSecretSchema>;

/** A webhook for its admins. */
export function webhookJson(
  webhook: WebhookView,
  { failingSince, secret: shown }: { readonly failingSince?: number | undefined; readonly secret?: string } = {},
): WebhookJson {
  const { id, url, description, events, disabledReason, createdAt, createdBy, updatedAt } = webhook;
  return {
    id,
    url,
    description,
    ...(events !== undefined && { events: [...events] }),
    state: disabledReason === undefined ? 'enabled' : 'disabled',
    ...(disabledReason !== undefined && { disabledReason }),
    ...(failingSince !== undefined && { failingSince: new Date(failingSince).toISOString() }),
    ...(shown !== undefined && { secret: shown }),
    createdAt,
    createdBy,
    updatedAt,
  };
}

/** Secrets in the form that receivers are given. */
export function webhookSecretJson({ present, previous }: WebhookKeys): WebhookSecretJson {
  return {
    secret: secretText(present),
    ...(previous !== undefined && { previous: { secret: secretText(previous.key), until: previous.until } }),
  };
}
