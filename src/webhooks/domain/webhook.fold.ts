import type { WebhookEvent } from './webhook.events.js';
import type { Webhook, WebhooksState } from './webhook.state.js';

/**
 * The state after one more event.
 *
 * @throws TypeError when the event cannot follow the state: the stream is corrupt
 */
export function evolveWebhooks({ webhooks }: WebhooksState, event: WebhookEvent): WebhooksState {
  const { webhookId } = event.data;
  if (event.type === 'WebhookCreated') {
    const { url, description, events } = event.data;
    const created: Webhook = {
      url,
      description,
      ...(events !== undefined && { events }),
      secretVersion: 1,
      isEnabled: true,
    };
    return { webhooks: webhooks.set(webhookId, created) };
  }
  const webhook = webhooks.get(webhookId);
  if (webhook === undefined) throw new TypeError(`${event.type} is about ${webhookId}, which no earlier event made`);
  switch (event.type) {
    case 'WebhookSecretRotated':
      return { webhooks: webhooks.set(webhookId, { ...webhook, secretVersion: event.data.secretVersion }) };
    case 'WebhookDisabled':
      return { webhooks: webhooks.set(webhookId, { ...webhook, isEnabled: false }) };
    case 'WebhookEnabled':
      return { webhooks: webhooks.set(webhookId, { ...webhook, isEnabled: true }) };
    case 'WebhookDeleted':
      return { webhooks: webhooks.delete(webhookId) };
  }
}
