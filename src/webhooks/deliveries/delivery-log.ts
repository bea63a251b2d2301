import type { Kysely } from 'kysely';
import { KeyedQueue } from '../../event-sourcing/keyed-queue.js';
import type { Position } from '../../event-sourcing/position.js';
import type { ReadModel } from '../../read-model/read-model.js';
import type { WebhookTables } from '../webhooks.tables.js';
import { deserializeAttempts, serializeAttempts } from './delivery.js';
import type { Delivery, DeliveryCursor, DeliveryState } from './delivery.js';

type DeliveryRow = WebhookTables['webhook_deliveries'];

/** So many deliveries of a webhook are remembered. */
export const mostDeliveries = 500;

/** A delivery with its place in the log of its webhook. */
export interface LoggedDelivery extends Delivery {
  readonly number: number;
}

export interface DeliveryPageQuery {
  readonly limit: number;
  /** Only those before this place. */
  readonly before?: number | undefined;
  readonly state?: DeliveryState | undefined;
}

/**
 * What was sent to webhooks, and how far each has come.
 *
 * It lies beside the projections, and no rebuild touches it. With the read model it goes: then every webhook begins
 * again after its creation.
 */
export class DeliveryLog {
  readonly #db: Kysely<WebhookTables>;
  readonly #turns = new KeyedQueue();

  constructor(private readonly readModel: Pick<ReadModel<WebhookTables>, 'queries' | 'write'>) {
    this.#db = readModel.queries;
  }

  /** How far a webhook has come; `undefined` for one that nothing is known of yet. */
  async cursor(webhookId: string): Promise<DeliveryCursor | undefined> {
    const row = await this.#db
      .selectFrom('webhook_cursors')
      .selectAll()
      .where('webhook_id', '=', webhookId)
      .executeTakeFirst();
    return row && { position: row.position, ...(row.failing_since !== null && { failingSince: row.failing_since }) };
  }

  /** The delivery that others wait behind. */
  async pending(webhookId: string): Promise<LoggedDelivery | undefined> {
    const row = await this.#db
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('webhook_id', '=', webhookId)
      .where('state', '=', 'pending')
      .orderBy('number')
      .limit(1)
      .executeTakeFirst();
    return row && deliveryOf(row);
  }

  async get(webhookId: string, deliveryId: string): Promise<LoggedDelivery | undefined> {
    const row = await this.#db
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('webhook_id', '=', webhookId)
      .where('delivery_id', '=', deliveryId)
      .executeTakeFirst();
    return row && deliveryOf(row);
  }

  /** The latest deliveries first. */
  async page(webhookId: string, { limit, before, state }: DeliveryPageQuery): Promise<readonly LoggedDelivery[]> {
    let query = this.#db.selectFrom('webhook_deliveries').selectAll().where('webhook_id', '=', webhookId);
    if (before !== undefined) query = query.where('number', '<', before);
    if (state !== undefined) query = query.where('state', '=', state);
    return (await query.orderBy('number', 'desc').limit(limit).execute()).map(deliveryOf);
  }

  /**
   * Records what an attempt has made of a delivery, and how far the webhook has come with it; forgets the oldest ones.
   *
   * @param revise is given the delivery as it is on record, which somebody else may have changed meanwhile
   * @returns the delivery as it is now
   */
  revise(
    webhookId: string,
    delivery: Delivery,
    revise: (known: Delivery) => Delivery,
    cursor?: (revised: Delivery) => DeliveryCursor,
  ): Promise<Delivery> {
    return this.#turns.run(webhookId, async () => {
      const known = await this.get(webhookId, delivery.id);
      const number = known?.number ?? (await this.#nextNumber(webhookId));
      const revised = revise(known ?? delivery);
      await this.#put(webhookId, number, revised, cursor?.(revised));
      return revised;
    });
  }

  async #put(webhookId: string, number: number, delivery: Delivery, cursor?: DeliveryCursor): Promise<void> {
    const { id, type, state, body, createdAt } = delivery;
    const changing = {
      state,
      attempts: serializeAttempts(delivery.attempts),
      next_attempt_at: delivery.nextAttemptAt ?? null,
    };
    await this.readModel.write([
      this.#db
        .insertInto('webhook_deliveries')
        .values({ webhook_id: webhookId, delivery_id: id, number, type, body, created_at: createdAt, ...changing })
        .onConflict((conflict) => conflict.columns(['webhook_id', 'delivery_id']).doUpdateSet(changing)),
      this.#db
        .deleteFrom('webhook_deliveries')
        .where('webhook_id', '=', webhookId)
        .where('number', '<=', number - mostDeliveries)
        .where('state', '<>', 'pending'),
      ...(cursor === undefined ? [] : [this.#moved(webhookId, cursor)]),
    ]);
  }

  /** Records that there was nothing to send up to a position. */
  async skip(webhookId: string, cursor: DeliveryCursor): Promise<void> {
    await this.readModel.write([this.#moved(webhookId, cursor)]);
  }

  /** Forgets everything about a webhook. */
  async forget(webhookId: string): Promise<void> {
    await this.readModel.write([
      this.#db.deleteFrom('webhook_deliveries').where('webhook_id', '=', webhookId),
      this.#db.deleteFrom('webhook_cursors').where('webhook_id', '=', webhookId),
    ]);
  }

  /** Forgets everything about webhooks that are not there any more. Looks at the whole log. */
  async forgetOthers(): Promise<void> {
    const present = this.#db.selectFrom('webhooks').select('id');
    await this.readModel.write([
      this.#db.deleteFrom('webhook_deliveries').where('webhook_id', 'not in', present),
      this.#db.deleteFrom('webhook_cursors').where('webhook_id', 'not in', present),
    ]);
  }

  #moved(webhookId: string, { position, failingSince }: { position: Position; failingSince?: number }) {
    const moved = { position, failing_since: failingSince ?? null };
    return this.#db
      .insertInto('webhook_cursors')
      .values({ webhook_id: webhookId, ...moved })
      .onConflict((conflict) => conflict.column('webhook_id').doUpdateSet(moved));
  }

  async #nextNumber(webhookId: string): Promise<number> {
    const [latest] = await this.page(webhookId, { limit: 1 });
    return (latest?.number ?? 0) + 1;
  }
}

function deliveryOf(row: DeliveryRow): LoggedDelivery {
  return {
    id: row.delivery_id,
    number: row.number,
    type: row.type,
    state: row.state,
    body: row.body,
    attempts: deserializeAttempts(row.attempts),
    ...(row.next_attempt_at !== null && { nextAttemptAt: row.next_attempt_at }),
    createdAt: row.created_at,
  };
}
