import type { DisablingReason } from './webhook.events.js';

interface OfWebhook {
  /** Name of the workspace whose stream decides. */
  readonly workspace: string;
  readonly webhookId: string;
}

export interface CreateWebhook extends OfWebhook {
  /** As {@link webhookUrl} has written it. */
  readonly url: string;
  readonly description: string;
  /** Types of feed events; absent for all. */
  readonly events?: readonly string[];
}

export interface RotateWebhookSecret extends OfWebhook {
  /** RFC 3339; absent to end the secret before at once. */
  readonly previousUntil?: string;
}

export interface DisableWebhook extends OfWebhook {
  readonly reason: DisablingReason;
}

/** Everything that may be asked of the webhooks of a workspace; `webhookStream(command.data.workspace)` is the stream to run it on. */
export type WebhookCommand =
  | { readonly type: 'CreateWebhook'; readonly data: CreateWebhook }
  | { readonly type: 'RotateWebhookSecret'; readonly data: RotateWebhookSecret }
  | { readonly type: 'DisableWebhook'; readonly data: DisableWebhook }
  | { readonly type: 'EnableWebhook'; readonly data: OfWebhook }
  | { readonly type: 'DeleteWebhook'; readonly data: OfWebhook };
