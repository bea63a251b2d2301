import type { ReadYourWrites } from '../http/read-your-writes.js';
import { Refusal } from '../http/refusal.js';
import type { DeliveryLog, DeliveryPageQuery, LoggedDelivery } from './deliveries/delivery-log.js';
import { webhookNotFound } from './domain/webhook.decider.js';
import { webhookRejection } from './domain/webhook.rejections.js';
import { secretText } from './sending/signature.js';
import type { WebhookKeys, WebhookSecrets } from './sending/webhook-secrets.js';
import type { WebhookDirectory, WebhookView } from './webhook-directory.js';
import { webhooksProjection } from './webhooks.projection.js';
import { webhookJson } from './webhooks.view.js';
import type { WebhookJson } from './webhooks.view.js';

/** Answers questions about webhooks, with everything that was recorded before they were asked. */
export class WebhookReader {
  constructor(
    private readonly directory: WebhookDirectory,
    private readonly log: DeliveryLog,
    private readonly secrets: WebhookSecrets,
    private readonly readYourWrites: Pick<ReadYourWrites, 'upToDate'>,
    /** Milliseconds since 1970. */
    private readonly now: () => number,
  ) {}

  /** The webhooks of a workspace, the oldest first. */
  async list(workspace: string): Promise<WebhookJson[]> {
    await this.#upToDate();
    const webhooks = await this.directory.ofWorkspace(workspace);
    return Promise.all(webhooks.map((webhook) => this.json(webhook)));
  }

  /** @throws Refusal when there is none */
  async get(workspace: string, webhookId: string): Promise<WebhookView> {
    await this.#upToDate();
    const found = await this.directory.get(workspace, webhookId);
    if (found === undefined) throw new Refusal(webhookNotFound(workspace, webhookId));
    return found;
  }

  /** A webhook as it is shown, with its secret when it has just been created. */
  async json(webhook: WebhookView, isNew = false): Promise<WebhookJson> {
    const failingSince = (await this.log.cursor(webhook.id))?.failingSince;
    return webhookJson(webhook, {
      failingSince,
      ...(isNew && { secret: secretText(this.keysOf(webhook).present) }),
    });
  }

  keysOf(webhook: WebhookView): WebhookKeys {
    return this.secrets.keysOf(webhook, this.now());
  }

  /** The latest deliveries of a webhook. */
  deliveries(webhook: WebhookView, query: DeliveryPageQuery): Promise<readonly LoggedDelivery[]> {
    return this.log.page(webhook.id, query);
  }

  /** @throws Refusal when the log does not hold it, or not any more */
  async delivery(webhook: WebhookView, deliveryId: string): Promise<LoggedDelivery> {
    const found = await this.log.get(webhook.id, deliveryId);
    if (found !== undefined) return found;
    throw new Refusal(
      webhookRejection(
        'delivery-not-found',
        `The log of webhook ${webhook.id} holds no delivery ${deliveryId}, or does not hold it any more.`,
      ),
    );
  }

  async #upToDate(): Promise<void> {
    await this.readYourWrites.upToDate([webhooksProjection.name]);
  }
}
