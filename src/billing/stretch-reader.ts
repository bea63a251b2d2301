import type { ResourceType } from '../vocabulary/names.js';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Period } from './storage.report.js';
import { spanLimits } from './storage.tables.js';
import type { StorageTables } from './storage.tables.js';

/** A stretch of time during which a digest was stored and counted under one image. */
export interface Stretch {
  readonly resource_type: ResourceType;
  readonly name: string;
  readonly size: number;
  /** Milliseconds since 1970, inclusive. */
  readonly started: number;
  /** Exclusive; beyond every period while the stretch goes on. */
  readonly ended: number;
}

const stretchesPerStep = 2_000;

/** Beyond every period, and the last number of an exact kind. */
const never = Number.MAX_SAFE_INTEGER;

/** Names a range of `since`, so that the index of open meters is used and those at rest are passed over. */
export const isOpen = sql`d.resource_type is not null and d.since < ${sql.lit(never)}`;

/** Reads the stretches of a workspace in small steps, other work getting its turn in between. */
export class StretchReader {
  constructor(
    private readonly db: Kysely<StorageTables>,
    /** About so many are read at once. */
    private readonly perStep = stretchesPerStep,
  ) {}

  /**
   * Every stretch that overlaps the period, some at a time, and some that do not; each one once.
   *
   * A step reads what began within some range of time, closed or still open, in one statement. So a stretch that is
   * closed between two steps is neither missed nor met twice.
   */
  async *overlapping(workspace: string, period: Period): AsyncGenerator<readonly Stretch[], void, undefined> {
    let low = await this.#earliest(workspace, period);
    if (low === undefined) return;
    let width = period.to - low;
    while (low < period.to) {
      const high: number = Math.min(period.to, low + width);
      const indivisible = high - low <= 1;
      const limit = indivisible ? never : this.perStep + 1;
      const found = await this.#begun(workspace, period.from, low, high, limit);
      if (found.length > this.perStep && !indivisible) {
        width = Math.ceil((high - low) / 2);
      } else {
        yield found;
        low = high;
        if (found.length < this.perStep / 4) width *= 2;
      }
      await nextTurn();
    }
  }

  /** When the first stretch that may overlap the period began. */
  async #earliest(workspace: string, period: Period): Promise<number | undefined> {
    const firsts = spanLimits.map(
      (limit, span) => sql`
        select * from (
          select s.started from billing_stretches s
          where s.workspace = ${workspace} and s.span = ${at(span)}
            and s.started >= ${at(period.from - limit)} and s.started < ${at(period.to)}
          order by s.started limit 1
        ) first`,
    );
    const { rows } = await sql<{ readonly started: number | string | null }>`
      select min(started) as started from (
        ${sql.join(firsts, sql` union all `)}
        union all
        select * from (
          select d.since as started from billing_digests d
          where d.workspace = ${workspace} and ${isOpen} and d.since < ${at(period.to)}
          order by d.since limit 1
        ) first
      ) firsts
    `.execute(this.db);
    const started = rows[0]?.started;
    return started === null || started === undefined ? undefined : Number(started);
  }

  /** What began within [low, high) and may reach beyond `from`: one short range of the key per span, and the open ones. */
  async #begun(workspace: string, from: number, low: number, high: number, limit: number): Promise<Stretch[]> {
    const spans = spanLimits.map((length, span) => sql`(${at(span)}, ${at(Math.max(low, from - length))})`);
    const { rows } = await sql<StretchRow>`
      with spans(span, earliest) as (values ${sql.join(spans)})
      select s.resource_type, s.name, s.size, s.started, s.ended
      from spans
      cross join billing_stretches s
      where s.workspace = ${workspace} and s.span = spans.span
        and s.started >= spans.earliest and s.started < ${at(high)}
      union all
      select d.resource_type, d.name, d.size, d.since as started, ${at(never)} as ended
      from billing_digests d
      where d.workspace = ${workspace} and ${isOpen} and d.since >= ${at(low)} and d.since < ${at(high)}
      limit ${at(limit)}
    `.execute(this.db);
    return rows.map(({ resource_type, name, size, started, ended }) => ({
      resource_type,
      name,
      size: Number(size),
      started: Number(started),
      ended: Number(ended),
    }));
  }
}

/** Databases of another kind give integers of 64 bits as text. */
type StretchRow = {
  readonly [K in keyof Stretch]: Stretch[K] extends number ? number | string : Stretch[K];
};

/** A time or count as a 64-bit integer on every database. */
function at(value: number) {
  return sql`cast(${value} as bigint)`;
}
