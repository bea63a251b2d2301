import { z } from 'zod';
import { textRule } from '../http/field-rules.js';

const webhookIdPattern = /^wh_[A-Za-z0-9]{8,40}$/;
const deliveryIdPattern = /^[A-Za-z0-9-]{1,64}$/;
const longestUrl = 2_048;

export const webhookIdField = z
  .string()
  .regex(webhookIdPattern)
  .meta({ examples: ['wh_0f1e2d3c4b5a69788796'] });

export const deliveryIdField = z
  .string()
  .regex(deliveryIdPattern)
  .meta({ examples: ['5f0c1d6e-0a46-5a0e-8f0e-2b6f5f6f7a10'] });

/** The id of a webhook. */
export const WebhookId = textRule(
  'webhookId',
  (text) => webhookIdPattern.test(text),
  'must be a webhook id: wh_ followed by 8 to 40 letters or digits',
  webhookIdField,
);

/** The id of a delivery: what its receiver saw as webhook-id. */
export const DeliveryId = textRule(
  'deliveryId',
  (text) => deliveryIdPattern.test(text),
  'must be the id of a delivery: 1 to 64 letters, digits and hyphens',
  deliveryIdField,
);

/** Where messages are sent. Whether they can be is looked at by the handler. */
export const WebhookUrl = textRule(
  'url',
  (text) => text.length > 0 && text.length <= longestUrl,
  `must be a URL of up to ${longestUrl} characters`,
  z
    .string()
    .min(1)
    .max(longestUrl)
    .meta({ examples: ['https://example.com/hooks/tagalong'] }),
);
