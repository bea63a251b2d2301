import { createHash } from 'node:crypto';
import { z } from 'zod';
import { TermEndedError } from '../../event-sourcing/projection-store.js';
import type { PostgresConnection } from './postgres.connections.js';

/** The lease whose holder runs the subscribers. */
export const subscribersLease = 'subscribers';

/** A term of office in which one node alone may write generations, and tells the others of it. */
export interface TermFence {
  readonly term: number;
  /** Where commits are told. */
  readonly channel: string;
}

const notice = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('commit'),
    projection: z.string(),
    generation: z.number(),
    checkpoint: z.string(),
    /** Whether rows have changed. */
    rows: z.boolean(),
  }),
  /** Something else has changed: look. */
  z.object({ kind: z.literal('look') }),
]);

/** What nodes tell each other over a channel of PostgreSQL. */
export type ClusterNotice = z.infer<typeof notice>;

export function encodeNotice(told: ClusterNotice): string {
  return JSON.stringify(told);
}

/** What was told; `look` for what another release says. */
export function decodeNotice(payload: string): ClusterNotice {
  try {
    const parsed = notice.safeParse(JSON.parse(payload));
    return parsed.success ? parsed.data : { kind: 'look' };
  } catch {
    return { kind: 'look' };
  }
}

/** The channel of a schema: channels belong to the whole database, and their names are short. */
export function channelOf(schema: string): string {
  return `tagalong_${createHash('sha256').update(schema).digest('hex').slice(0, 32)}`;
}

/**
 * Makes every generation belong to this term. Resolves when no commit of an earlier one is under way, and none can
 * begin any more. Call it while the structure is locked.
 *
 * @throws TermEndedError when the term has ended already
 */
export async function beginTerm(transaction: PostgresConnection, { term }: TermFence): Promise<void> {
  await requireTerm(transaction, term);
  await transaction.query('UPDATE generations SET term = $1 WHERE term IS DISTINCT FROM $1', [term]);
}

/** @throws TermEndedError when another term has begun */
export async function requireTerm(transaction: PostgresConnection, term: number): Promise<void> {
  const { rows } = await transaction.query<{ term: number }>('SELECT term FROM cluster_leases WHERE name = $1', [
    subscribersLease,
  ]);
  if (rows[0]?.term !== term) throw new TermEndedError(term);
}
