import { z } from 'zod';
import { StoreUnavailableError } from '../event-sourcing/faults.js';
import type { Clock } from '../event-sourcing/subscriber-clock.js';
import type { Steered, SubscriberAction } from '../event-sourcing/subscribers.js';
import { channelOf, encodeNotice, subscribersLease } from '../read-model/postgres/term-fence.js';
import type { SharedOrder } from './shared-state.js';
import { statusOf, statusSchema } from './shared-state.js';

/** Runs one statement. */
export interface Statements {
  run(
    text: string,
    values: readonly unknown[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}

const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), status: statusSchema }),
  z.object({ kind: z.literal('nothing-to-retry') }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);

const orderRow = z.object({ id: z.number() });
const answerRow = z.object({ answer: z.string().nullable() });
const goodForMs = 10_000;
const lookEveryMs = 100;

/** Orders to the holder of the lease, which any node may give. Each is carried out once at most. */
export class Orders {
  constructor(
    private readonly database: Statements,
    private readonly schema: string,
    private readonly node: string,
    private readonly clock: Clock,
  ) {}

  /**
   * Has the holder do it, and answers how that went.
   *
   * @throws StoreUnavailableError when nobody did in time
   */
  async give(projection: string, action: SubscriberAction): Promise<Steered> {
    const { rows } = await this.database.run(
      `WITH swept AS (DELETE FROM cluster_orders WHERE expires_at < clock_timestamp() - interval '1 hour')
       INSERT INTO cluster_orders (projection, action, node, expires_at)
       VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 millisecond') RETURNING id`,
      [projection, action, this.node, goodForMs],
    );
    const { id } = orderRow.parse(rows[0]);
    await this.#tell();
    for (let waited = 0; waited < goodForMs; waited += lookEveryMs) {
      const answer = await this.#answer(id);
      if (answer !== undefined) return answer;
      await new Promise<void>((resolve) => this.clock.after(lookEveryMs, resolve));
    }
    throw new StoreUnavailableError(
      `no node runs the subscribers now, so nobody did "${action}" to projection ${projection}; ask again in a moment`,
    );
  }

  /** Carries out what was ordered, in this term alone. */
  async carryOut(order: SharedOrder, term: number, act: () => Promise<Steered>): Promise<void> {
    const answer = await act().catch((fault: unknown) => ({
      kind: 'failed' as const,
      message: fault instanceof Error ? fault.message : String(fault),
    }));
    await this.database.run(
      `UPDATE cluster_orders SET answer = $2 WHERE id = $1 AND answer IS NULL
       AND EXISTS (SELECT 1 FROM cluster_leases WHERE name = $3 AND term = $4)`,
      [order.id, JSON.stringify(answer), subscribersLease, term],
    );
  }

  /** Writes down which subscribers stand paused, for whoever holds the lease next. */
  async notePaused(term: number, paused: readonly string[]): Promise<void> {
    await this.database.run('UPDATE cluster_leases SET paused = $3 WHERE name = $1 AND term = $2', [
      subscribersLease,
      term,
      JSON.stringify(paused),
    ]);
  }

  async #answer(id: number): Promise<Steered | undefined> {
    const { rows } = await this.database.run('SELECT answer FROM cluster_orders WHERE id = $1', [id]);
    const { answer } = answerRow.parse(rows[0]);
    if (answer === null) return undefined;
    const told = answerSchema.parse(JSON.parse(answer));
    switch (told.kind) {
      case 'done':
        return { kind: 'done', status: statusOf(told.status) };
      case 'nothing-to-retry':
        return told;
      case 'failed':
        throw new Error(told.message);
    }
  }

  async #tell(): Promise<void> {
    await this.database.run('SELECT pg_notify($1, $2)', [channelOf(this.schema), encodeNotice({ kind: 'look' })]);
  }
}
