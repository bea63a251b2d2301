import { randomUUID } from 'node:crypto';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import type { Clock } from '../../event-sourcing/subscriber-clock.js';
import type { WebhookView } from '../webhook-directory.js';
import { withAttempt, withoutWait } from './delivery.js';
import type { Delivery } from './delivery.js';
import type { DeliveryLog } from './delivery-log.js';
import type { Messenger } from './messenger.js';

/** The type of the message by which somebody tries a webhook. */
export const testEventType = 'tagalong.webhook.test';

const longestMs = 30_000;

/** Deliveries that somebody asks for: one attempt at once, outside the order, on whatever node was asked. */
export class ManualDeliveries {
  constructor(
    private readonly log: DeliveryLog,
    private readonly messenger: Messenger,
    private readonly clock: Clock,
  ) {}

  /**
   * Sends a delivery of the log once more, as it was. If others wait behind it, they wait no longer once it arrives.
   *
   * @throws StoreUnavailableError when too many messages are under way
   */
  redeliver(webhook: WebhookView, delivery: Delivery): Promise<Delivery> {
    return this.#attempt(webhook, delivery, (known) => known.state);
  }

  /** Sends a message that says nothing. @throws StoreUnavailableError when too many messages are under way */
  test(webhook: WebhookView): Promise<Delivery> {
    const id = randomUUID();
    const createdAt = this.clock.now();
    const event = {
      specversion: '1.0',
      id,
      source: `/workspaces/${webhook.workspace}`,
      type: testEventType,
      subject: webhook.id,
      time: new Date(createdAt).toISOString(),
      datacontenttype: 'application/json',
      data: { webhook: webhook.id },
    };
    const body = JSON.stringify(event);
    const delivery: Delivery = { id, type: testEventType, state: 'failed', body, attempts: [], createdAt };
    return this.#attempt(webhook, delivery, () => 'failed');
  }

  async #attempt(
    webhook: WebhookView,
    delivery: Delivery,
    otherwise: (known: Delivery) => Delivery['state'],
  ): Promise<Delivery> {
    const signal = AbortSignal.timeout(longestMs);
    try {
      const made = await this.messenger.attempt(webhook, delivery, 'slow', { waiting: signal, sending: signal });
      const attempt = { ...made.attempt, isManual: true };
      return await this.log.revise(webhook.id, delivery, (known) => {
        const tried = { ...known, attempts: withAttempt(known, attempt) };
        return made.verdict === 'delivered'
          ? { ...withoutWait(tried), state: 'delivered' }
          : { ...tried, state: otherwise(known) };
      });
    } catch (fault) {
      if (!signal.aborted) throw fault;
      throw new StoreUnavailableError('too many messages are on their way; ask again in a moment', { cause: fault });
    }
  }
}
