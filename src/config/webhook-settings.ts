import { z } from 'zod';
import { defaultRetrySeconds } from '../webhooks/deliveries/retry-plan.js';
import { isCidr } from '../webhooks/sending/address-rules.js';
import type { PrivateAddresses } from '../webhooks/sending/address-rules.js';
import { shortestSecrets } from '../service-secrets/service-secrets.js';
import { count } from './count.js';

/** The settings of webhooks, by environment variable. */
export const webhookSettings = {
  TAGALONG_SECRET: z
    .string()
    .min(shortestSecrets['service-secret'], `must have at least ${shortestSecrets['service-secret']} characters`)
    .optional()
    .describe(
      'What the secrets of webhooks are derived from; the same on every node. Made at first start and kept in DATA_DIR/service.secret when not given.',
    ),
  TAGALONG_WEBHOOK_PRIVATE_ADDRESSES: z
    .string()
    .default('refuse')
    .refine(
      (text) => text === 'refuse' || text === 'allow' || text.split(',').every(isCidr),
      'must be refuse, allow, or ranges of addresses with commas between them, such as 10.1.0.0/16,fd00::/8',
    )
    .describe(
      'Webhooks to addresses that are not public: `refuse`, `allow`, or the ranges that are allowed, such as `10.1.0.0/16,fd00::/8`.',
    ),
  TAGALONG_WEBHOOK_TIMEOUT_MS: count(100, 60_000)
    .default(10_000)
    .describe('How long the receiver of a webhook may take to answer, in milliseconds.'),
  TAGALONG_WEBHOOK_RETRY_SECONDS: z
    .string()
    .default(defaultRetrySeconds.join(','))
    .refine(
      (text) => text.split(',').every((part) => /^\d{1,6}(\.\d{1,3})?$/.test(part)) && text.split(',').length <= 15,
      'must be up to 15 numbers of seconds with commas between them, such as 5,60,300',
    )
    .describe('Waits between the attempts to deliver one event to a webhook, in seconds.'),
  TAGALONG_WEBHOOK_DISABLE_DAYS: count(1, 365)
    .default(5)
    .describe('A webhook is disabled when no attempt has succeeded for so many days.'),
} as const;

type WebhookSetting = Exclude<keyof typeof webhookSettings, 'TAGALONG_SECRET'>;

/** How webhooks are served. */
export interface WebhookConfig {
  readonly privateAddresses: PrivateAddresses;
  readonly timeoutMs: number;
  readonly retrySeconds: readonly number[];
  readonly disableDays: number;
}

/** The settings of webhooks, parsed. */
export function webhooksOf(
  values: Readonly<{ [Name in WebhookSetting]: z.output<(typeof webhookSettings)[Name]> }>,
): WebhookConfig {
  const { TAGALONG_WEBHOOK_PRIVATE_ADDRESSES: addresses } = values;
  return {
    privateAddresses: addresses === 'refuse' || addresses === 'allow' ? addresses : addresses.split(','),
    timeoutMs: values.TAGALONG_WEBHOOK_TIMEOUT_MS,
    retrySeconds: values.TAGALONG_WEBHOOK_RETRY_SECONDS.split(',').map(Number),
    disableDays: values.TAGALONG_WEBHOOK_DISABLE_DAYS,
  };
}
