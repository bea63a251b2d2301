import type { Clock } from '../../event-sourcing/subscriber-clock.js';
import { signedHeaders } from '../sending/signature.js';
import type { SendOutcome, WebhookSender } from '../sending/webhook-sender.js';
import type { WebhookSecrets } from '../sending/webhook-secrets.js';
import { cloudEventMediaType } from '../../catalog/feed/cloud-event.js';
import type { WebhookView } from '../webhook-directory.js';
import type { Attempt, Delivery } from './delivery.js';
import type { DeliverySlots, Lane } from './delivery-slots.js';

export interface MessengerParts {
  readonly sender: Pick<WebhookSender, 'send'>;
  readonly secrets: WebhookSecrets;
  readonly slots: DeliverySlots;
  readonly clock: Clock;
}

/** Until when an attempt is wanted: while it waits for its turn, and when it is under way. */
export interface AttemptSignals {
  readonly waiting: AbortSignal;
  readonly sending: AbortSignal;
}

/** An attempt, and what the receiver has said with it. */
export interface MadeAttempt {
  readonly attempt: Attempt;
  readonly verdict: 'delivered' | 'gone' | 'failed';
  readonly retryAfterMs?: number | undefined;
}

/** Makes single attempts: signs a message and sends it when its turn has come. */
export class Messenger {
  readonly #attempts = new Map<MadeAttempt['verdict'], number>();

  constructor(private readonly parts: MessengerParts) {}

  /** How many attempts were made, by what came of them. */
  get attempts(): ReadonlyMap<MadeAttempt['verdict'], number> {
    return this.#attempts;
  }

  /** Makes one attempt. Aborting throws the signal's reason; whether the message has arrived is then not known. */
  attempt(
    webhook: WebhookView,
    delivery: Delivery,
    lane: Lane,
    { waiting, sending }: AttemptSignals,
  ): Promise<MadeAttempt> {
    const { sender, secrets, slots, clock } = this.parts;
    return slots.run(lane, webhook.workspace, waiting, async () => {
      const at = clock.now();
      const { present, previous } = secrets.keysOf(webhook, at);
      const keys = previous === undefined ? [present] : [present, previous.key];
      const { id, body } = delivery;
      const headers = { ...signedHeaders(id, body, Math.floor(at / 1_000), keys), 'content-type': cloudEventMediaType };
      const outcome = await sender.send({ url: webhook.url, headers, body }, sending);
      const made = madeAttempt(outcome, at, Math.max(0, clock.now() - at));
      this.#attempts.set(made.verdict, (this.#attempts.get(made.verdict) ?? 0) + 1);
      return made;
    });
  }
}

function madeAttempt(outcome: SendOutcome, at: number, durationMs: number): MadeAttempt {
  if (outcome.kind === 'failed') return { attempt: { at, durationMs, fault: outcome.fault }, verdict: 'failed' };
  const { status, excerpt, retryAfterMs } = outcome;
  const attempt = { at, durationMs, status, ...(excerpt !== '' && { response: excerpt }) };
  if (status >= 200 && status < 300) return { attempt, verdict: 'delivered' };
  return { attempt, verdict: status === 410 ? 'gone' : 'failed', retryAfterMs };
}
