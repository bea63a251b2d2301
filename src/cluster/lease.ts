import { z } from 'zod';
import { channelOf, encodeNotice, subscribersLease } from '../read-model/postgres/term-fence.js';
import type { CoordinationConnection } from './coordination-connection.js';

/** Who asks for the lease. */
export interface LeaseHolder {
  /** Of this process alone. */
  readonly id: string;
  /** For people. */
  readonly node: string;
}

/** What became of asking for the lease. */
export type LeaseAnswer =
  | { readonly kind: 'held'; readonly term: number; readonly paused: readonly string[] }
  | { readonly kind: 'taken'; readonly freeInMs: number };

const heldRow = z.object({ term: z.number(), paused: z.string() });
const takenRow = z.object({ free_in: z.coerce.number() });
const names = z.array(z.string());

/**
 * A lease that ends further ahead than any holder can have it was written by a clock that has been set back since, or by
 * that of a server which failed over: its holder may be gone, and nobody else would have it for as long.
 *
 * Terms only ever rise. They are taken from the time, so that a term is not given twice even by a database that has
 * lost its latest writes in a failover.
 */
const acquire = `
  INSERT INTO cluster_leases AS lease (name, holder, node, term, expires_at)
  VALUES ($1, $2, $3, floor(extract(epoch FROM clock_timestamp()) * 1000), clock_timestamp() + $4 * interval '1 millisecond')
  ON CONFLICT (name) DO UPDATE
  SET holder = excluded.holder, node = excluded.node, term = greatest(lease.term + 1, excluded.term),
    expires_at = clock_timestamp() + $4 * interval '1 millisecond'
  WHERE lease.holder IS NULL OR lease.expires_at <= clock_timestamp()
    OR lease.expires_at > clock_timestamp() + 2 * $4 * interval '1 millisecond'
  RETURNING term, paused`;

const remaining = `
  SELECT greatest(0, ceil(extract(epoch FROM expires_at - clock_timestamp()) * 1000)) AS free_in
  FROM cluster_leases WHERE name = $1`;

const renew = `
  UPDATE cluster_leases SET expires_at = clock_timestamp() + $4 * interval '1 millisecond', statuses = coalesce($5, statuses)
  WHERE name = $1 AND holder = $2 AND term = $3 RETURNING term`;

const release = `
  UPDATE cluster_leases SET holder = NULL WHERE name = $1 AND holder = $2 AND term = $3
  RETURNING pg_notify($4, $5)`;

/** The row of PostgreSQL that says who runs the subscribers, and until when by the database's clock. */
export class Lease {
  constructor(
    private readonly schema: string,
    private readonly holder: LeaseHolder,
    readonly ttlMs: number,
  ) {}

  /** Takes it where nobody holds it. */
  async acquire(connection: CoordinationConnection): Promise<LeaseAnswer> {
    const { id, node } = this.holder;
    const [held] = await connection.run(acquire, [subscribersLease, id, node, this.ttlMs]);
    if (held !== undefined) {
      const { term, paused } = heldRow.parse(held);
      await this.#tell(connection);
      return { kind: 'held', term, paused: names.parse(JSON.parse(paused)) };
    }
    const [taken] = await connection.run(remaining, [subscribersLease]);
    return { kind: 'taken', freeInMs: taken === undefined ? 0 : takenRow.parse(taken).free_in };
  }

  /**
   * Answers whether this term still goes on.
   *
   * @param statuses what is told of the subscribers; `undefined` to leave what was told last
   */
  async renew(connection: CoordinationConnection, term: number, statuses: string | undefined): Promise<boolean> {
    const rows = await connection.run(renew, [subscribersLease, this.holder.id, term, this.ttlMs, statuses ?? null]);
    return rows.length === 1;
  }

  /** Lets another node take it at once. Harmless when the term has ended. */
  async release(connection: CoordinationConnection, term: number): Promise<void> {
    const told = [channelOf(this.schema), encodeNotice({ kind: 'look' })];
    await connection.run(release, [subscribersLease, this.holder.id, term, ...told]);
  }

  async #tell(connection: CoordinationConnection): Promise<void> {
    await connection.run('SELECT pg_notify($1, $2)', [channelOf(this.schema), encodeNotice({ kind: 'look' })]);
  }
}
