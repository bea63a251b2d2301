import type { Aggregate } from '../../event-sourcing/aggregate.js';
import { webhookCodec } from './webhook.codec.js';
import type { WebhookCommand } from './webhook.commands.js';
import { webhookDecider } from './webhook.decider.js';
import type { WebhookEvent } from './webhook.events.js';
import type { WebhookRejection } from './webhook.rejections.js';
import { stateWeight, webhookSnapshots } from './webhook.state.js';
import type { WebhooksState } from './webhook.state.js';

/** Everything the kernel needs to know of the streams `webhooks-{workspace}`. */
export const webhookAggregate: Aggregate<WebhookCommand, WebhookEvent, WebhooksState, WebhookRejection> = {
  decider: webhookDecider,
  codec: webhookCodec,
  snapshots: webhookSnapshots,
  isOutcome: (command, events) => events.some((event) => mayCome(command, event)),
  weight: stateWeight,
};

function mayCome({ type, data }: WebhookCommand, event: WebhookEvent): boolean {
  if (event.type !== recordedBy[type] || event.data.webhookId !== data.webhookId) return false;
  return type !== 'CreateWebhook' || (event.type === 'WebhookCreated' && event.data.url === data.url);
}

const recordedBy: Readonly<Record<WebhookCommand['type'], WebhookEvent['type']>> = {
  CreateWebhook: 'WebhookCreated',
  RotateWebhookSecret: 'WebhookSecretRotated',
  DisableWebhook: 'WebhookDisabled',
  EnableWebhook: 'WebhookEnabled',
  DeleteWebhook: 'WebhookDeleted',
};
