import { alreadySo, events, rejected } from '../../event-sourcing/decider.js';
import type { Decider, Decision } from '../../event-sourcing/decider.js';
import type { CreateWebhook, DisableWebhook, RotateWebhookSecret, WebhookCommand } from './webhook.commands.js';
import type { WebhookEvent } from './webhook.events.js';
import { evolveWebhooks } from './webhook.fold.js';
import { webhookRejection } from './webhook.rejections.js';
import type { WebhookRejection } from './webhook.rejections.js';
import { noWebhooks } from './webhook.state.js';
import type { Webhook, WebhooksState } from './webhook.state.js';
import { webhookUrl } from './webhook-url.js';

type WebhookDecision = Decision<WebhookEvent, WebhookRejection>;

/** So many webhooks a workspace may have. */
export const mostWebhooks = 20;

/** The rules of the webhooks of a workspace. */
export const webhookDecider: Decider<WebhookCommand, WebhookEvent, WebhooksState, WebhookRejection> = {
  initial: noWebhooks,
  decide,
  evolve: evolveWebhooks,
};

function decide(command: WebhookCommand, state: WebhooksState): WebhookDecision {
  if (command.type === 'CreateWebhook') return createWebhook(command.data, state);
  const { workspace, webhookId } = command.data;
  const webhook = state.webhooks.get(webhookId);
  if (webhook === undefined) return rejected(webhookNotFound(workspace, webhookId));
  switch (command.type) {
    case 'RotateWebhookSecret':
      return rotateSecret(command.data, webhook);
    case 'DisableWebhook':
      return disableWebhook(command.data, webhook);
    case 'EnableWebhook':
      if (webhook.isEnabled) return alreadySo;
      return events<WebhookEvent>({ type: 'WebhookEnabled', data: { webhookId } });
    case 'DeleteWebhook':
      return events<WebhookEvent>({ type: 'WebhookDeleted', data: { webhookId } });
  }
}

function createWebhook(command: CreateWebhook, state: WebhooksState): WebhookDecision {
  const { workspace, webhookId, description, events: types } = command;
  const checked = webhookUrl(command.url);
  if (checked.kind === 'fault') return rejected(invalidUrl(command.url, checked.fault));
  if (state.webhooks.has(webhookId)) {
    return rejected(
      webhookRejection('webhook-exists', `The webhook id ${webhookId} is already used in workspace ${workspace}.`),
    );
  }
  if (state.webhooks.size >= mostWebhooks) {
    return rejected(
      webhookRejection(
        'too-many-webhooks',
        `Workspace ${workspace} has ${mostWebhooks} webhooks, and no more are possible; delete one first.`,
      ),
    );
  }
  return events<WebhookEvent>({
    type: 'WebhookCreated',
    data: { webhookId, url: checked.url, description, ...(types !== undefined && { events: types }) },
  });
}

function rotateSecret({ webhookId, previousUntil }: RotateWebhookSecret, webhook: Webhook): WebhookDecision {
  const secretVersion = webhook.secretVersion + 1;
  return events<WebhookEvent>({
    type: 'WebhookSecretRotated',
    data: { webhookId, secretVersion, ...(previousUntil !== undefined && { previousUntil }) },
  });
}

function disableWebhook({ webhookId, reason }: DisableWebhook, webhook: Webhook): WebhookDecision {
  if (!webhook.isEnabled) return alreadySo;
  return events<WebhookEvent>({ type: 'WebhookDisabled', data: { webhookId, reason } });
}

/** There is no such webhook. */
export function webhookNotFound(workspace: string, webhookId: string): WebhookRejection {
  return webhookRejection('webhook-not-found', `Workspace ${workspace} has no webhook ${webhookId}.`);
}

/** Nothing can be sent to this URL. */
export function invalidUrl(url: string, fault: string): WebhookRejection {
  return webhookRejection('invalid-webhook-url', `The URL "${url.slice(0, 200)}" ${fault}.`);
}
