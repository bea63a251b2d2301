import { z } from 'zod';
import { defineCodec } from '../../event-sourcing/codec.js';
import type { WebhookEvent } from './webhook.events.js';

const webhookId = z.string();

/** Writes and reads the events of webhooks. */
export const webhookCodec = defineCodec<WebhookEvent>({
  WebhookCreated: {
    doc: 'From here on the events of the workspace are sent to a URL, all of them or those of some types.',
    version: 1,
    schema: z.strictObject({
      webhookId,
      url: z.string(),
      description: z.string(),
      events: z.array(z.string()).exactOptional(),
    }),
  },
  WebhookSecretRotated: {
    doc: 'Messages are signed with a new secret, and until a given time with the one before, too.',
    version: 1,
    schema: z.strictObject({ webhookId, secretVersion: z.int(), previousUntil: z.string().exactOptional() }),
  },
  WebhookDisabled: {
    doc: 'Nothing more is sent: somebody said so, the receiver is gone, or it failed for days.',
    version: 1,
    schema: z.strictObject({ webhookId, reason: z.enum(['requested', 'gone', 'failing']) }),
  },
  WebhookEnabled: {
    doc: 'Sending goes on where it stopped.',
    version: 1,
    schema: z.strictObject({ webhookId }),
  },
  WebhookDeleted: {
    doc: 'Nothing more is sent, and what was sent is forgotten.',
    version: 1,
    schema: z.strictObject({ webhookId }),
  },
});
