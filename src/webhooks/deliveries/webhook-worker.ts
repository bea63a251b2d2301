import type { CatalogFeed } from '../../catalog/feed/catalog-feed.js';
import type { Position } from '../../event-sourcing/position.js';
import { sleep } from '../../event-sourcing/subscriber-clock.js';
import type { Clock } from '../../event-sourcing/subscriber-clock.js';
import type { DisablingReason } from '../domain/webhook.events.js';
import type { WebhookView } from '../webhook-directory.js';
import { newDelivery, plannedAttempts, withAttempt, withoutWait } from './delivery.js';
import type { Delivery, DeliveryCursor } from './delivery.js';
import type { DeliveryLog } from './delivery-log.js';
import type { Lane } from './delivery-slots.js';
import type { MadeAttempt, Messenger } from './messenger.js';
import { nextWait } from './retry-plan.js';
import type { RetryDelays } from './retry-plan.js';

export interface WebhookWorkerParts {
  readonly feed: Pick<CatalogFeed, 'follow'>;
  readonly log: DeliveryLog;
  readonly messenger: Messenger;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly delays: RetryDelays;
  /** A webhook is disabled when no attempt has succeeded for so many milliseconds. */
  readonly disableAfterMs: number;
  readonly disable: (webhook: WebhookView, reason: DisablingReason) => Promise<void>;
  /** Told of a fault of ours; the worker tries again by itself. */
  readonly onFault: (fault: unknown, webhook: WebhookView) => void;
}

/** So long after a fault of ours, or when there is nothing to do but to look again. */
const pauseMs = 5_000;
/** How long a stop waits for answers. */
const graceMs = 2_000;
/** A wait is looked at again so often: somebody may have delivered by hand what others wait behind. */
const longestNapMs = 30_000;
/** Who took longer than that for its last answer is slow. */
const slowMs = 2_000;

/**
 * Delivers to one webhook: what its workspace's feed says after the webhook's cursor, one event after another, the
 * next when the one before is delivered or given up.
 *
 * What has become of an attempt is recorded together with the cursor. A crash in between sends the event again, under
 * the same id.
 */
export class WebhookWorker {
  /** Nothing more is begun. */
  readonly #stop = new AbortController();
  /** What is under way is broken off. */
  readonly #abort = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  #cursor: DeliveryCursor | undefined;
  #lane: Lane = 'quick';

  constructor(
    private readonly parts: WebhookWorkerParts,
    private webhook: WebhookView,
  ) {}

  start(): void {
    this.#ended = this.#run();
  }

  /** Goes on with the webhook as it is now. */
  update(webhook: WebhookView): void {
    this.webhook = webhook;
  }

  /** Ends for good. What is under way has a moment to be answered, so that it need not be sent again. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const cancel = this.parts.clock.after(graceMs, () => {
      this.#abort.abort();
    });
    await this.#ended;
    cancel();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!this.#isStopped()) {
      try {
        await this.#work();
      } catch (fault) {
        if (this.#isStopped()) return;
        this.parts.onFault(fault, this.webhook);
        await sleep(this.parts.clock, pauseMs, signal);
      }
    }
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #work(): Promise<void> {
    const { log, clock } = this.parts;
    const { id, createdPosition } = this.webhook;
    this.#cursor ??= (await log.cursor(id)) ?? { position: createdPosition };
    const pending = await log.pending(id);
    if (pending === undefined) {
      await this.#follow(this.#cursor);
      return;
    }
    const wait = this.#dueAt(pending) - clock.now();
    if (wait > 0) await sleep(clock, Math.min(wait, longestNapMs), this.#stop.signal);
    else await this.#attempt(pending, this.#cursor);
  }

  /** Being enabled ends a wait that began before. */
  #dueAt({ nextAttemptAt = 0, attempts }: Delivery): number {
    const last = attempts.at(-1)?.at ?? 0;
    return last < Date.parse(this.webhook.enabledAt) ? 0 : nextAttemptAt;
  }

  /** Delivers what the feed says until something cannot be delivered at once. */
  async #follow(from: DeliveryCursor): Promise<void> {
    const { feed, log, clock } = this.parts;
    const { workspace, id } = this.webhook;
    const { signal } = this.#stop;
    let cursor = from;
    let skipped: Position | undefined;
    for await (const message of feed.follow({ workspace, after: cursor.position, signal })) {
      if (message.kind !== 'event') {
        if (skipped === undefined) continue;
        cursor = { ...cursor, position: skipped };
        await log.skip(id, cursor);
        this.#cursor = cursor;
        skipped = undefined;
      } else if (this.webhook.events?.has(message.event.type) === false) {
        skipped = message.position;
      } else {
        skipped = undefined;
        const isDelivered = await this.#attempt(newDelivery(message, clock.now()), {
          ...cursor,
          position: message.position,
        });
        if (!isDelivered || signal.aborted) return;
        cursor = this.#cursor ?? cursor;
      }
    }
    // It ends by itself only when the service does.
    await sleep(clock, pauseMs, signal);
  }

  /** Makes one attempt and records what came of it. True when it is delivered. */
  async #attempt(delivery: Delivery, cursor: DeliveryCursor): Promise<boolean> {
    const { log, messenger, clock } = this.parts;
    const { signal } = this.#stop;
    const { webhook } = this;
    const lane = delivery.attempts.length > 0 ? 'slow' : this.#lane;
    const made = await messenger.attempt(webhook, delivery, lane, { waiting: signal, sending: this.#abort.signal });
    this.#lane = made.verdict === 'delivered' && made.attempt.durationMs <= slowMs ? 'quick' : 'slow';
    const failingSince = this.#failingSince(made, cursor);
    const reason = this.#disablingReason(made, failingSince);
    const moved = ({ state }: Delivery): DeliveryCursor => ({
      position: cursor.position,
      ...(state !== 'delivered' && failingSince !== undefined && { failingSince }),
    });
    const revised = await log.revise(webhook.id, delivery, (known) => this.#judged(known, made, reason), moved);
    this.#cursor = moved(revised);
    if (reason !== undefined) {
      await this.parts.disable(webhook, reason);
      // Whoever starts workers stops this one as soon as it hears of it.
      await sleep(clock, longestNapMs, signal);
    }
    return revised.state === 'delivered';
  }

  /** The delivery after an attempt. */
  #judged(known: Delivery, made: MadeAttempt, disabling: DisablingReason | undefined): Delivery {
    const { delays, random, clock } = this.parts;
    const tried = withoutWait({ ...known, attempts: withAttempt(known, made.attempt) });
    if (made.verdict === 'delivered' || known.state === 'delivered') return { ...tried, state: 'delivered' };
    if (disabling !== undefined) return { ...tried, state: 'pending' };
    const wait = nextWait(delays, plannedAttempts(tried), made.retryAfterMs, random());
    if (wait === undefined) return { ...tried, state: 'failed' };
    return { ...tried, state: 'pending', nextAttemptAt: clock.now() + wait };
  }

  #failingSince({ verdict, attempt }: MadeAttempt, { failingSince }: DeliveryCursor): number | undefined {
    if (verdict === 'delivered') return undefined;
    return Math.max(failingSince ?? attempt.at, Math.min(Date.parse(this.webhook.enabledAt), attempt.at));
  }

  #disablingReason(made: MadeAttempt, failingSince: number | undefined): DisablingReason | undefined {
    if (made.verdict === 'gone') return 'gone';
    const isTooLong = failingSince !== undefined && made.attempt.at - failingSince >= this.parts.disableAfterMs;
    return isTooLong ? 'failing' : undefined;
  }
}
