import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type {
  ImageStorage,
  Period,
  SharedStorage,
  StoragePoint,
  StorageReport,
  WorkspaceStorage,
} from './storage.report.js';
import { spanLimits } from './storage.tables.js';
import type { StorageTables } from './storage.tables.js';

export interface StorageQuestion {
  /** A period that ends in the future is cut off at `now`; one that ends before it begins is empty. */
  readonly period: Period;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Which workspaces; all that ever stored or were shared something when absent. */
  readonly workspaces?: readonly string[];
  /** Also answer the bytes stored every so many milliseconds, from the period's beginning. */
  readonly stepMs?: number;
}

/** A series has no more points than this. */
export const maxSeriesPoints = 10_000;

/** How many points a series has: one at the beginning, one after every full step, the end included. */
export function seriesLength(period: Period, stepMs: number): number {
  return period.to < period.from ? 0 : Math.floor((period.to - period.from) / stepMs) + 1;
}

/** Answers what is stored and what it comes to, from the tables of the storage meter. */
export class StorageQueries {
  constructor(private readonly db: Kysely<StorageTables>) {}

  /**
   * Bytes now and byte-milliseconds within the period, per workspace and image, exact.
   *
   * Reads what overlaps the period and what is stored now, not the history before it.
   *
   * @throws RangeError when the series would have more than {@link maxSeriesPoints} points
   */
  async storage(question: StorageQuestion): Promise<StorageReport> {
    const period = { from: question.period.from, to: Math.min(question.period.to, question.now) };
    const { stepMs, workspaces } = question;
    const [figures, shared, series] = await Promise.all([
      this.#figures(period, workspaces),
      this.#shared(workspaces),
      stepMs === undefined ? undefined : this.#series(period, stepMs, workspaces),
    ]);
    const names = new Set([...figures.keys(), ...shared.keys(), ...(workspaces ?? [])]);
    return {
      period,
      workspaces: [...names].sort().map((workspace): WorkspaceStorage => {
        const images = figures.get(workspace) ?? [];
        return {
          workspace,
          bytesNow: images.reduce((sum, image) => sum + image.bytesNow, 0n),
          byteMilliseconds: images.reduce((sum, image) => sum + image.byteMilliseconds, 0n),
          images,
          shared: shared.get(workspace) ?? [],
          ...(series !== undefined && { series: series(workspace) }),
        };
      }),
    };
  }

  /** One statement, so that a change of the bill meanwhile is seen whole or not at all. */
  async #figures(period: Period, workspaces: readonly string[] | undefined): Promise<Map<string, ImageStorage[]>> {
    const { rows } = await sql<FigureRow>`
      with ${this.#candidates(period, workspaces)},
      overlaps as (
        select workspace, resource_type, name, size,
          case when ended < ${at(period.to)} then ended else ${at(period.to)} end
          - case when started > ${at(period.from)} then started else ${at(period.from)} end as milliseconds
        from candidates
        where started < ${at(period.to)} and ended > ${at(period.from)} and ${at(period.from)} < ${at(period.to)}
        union all
        select d.workspace, d.resource_type, d.name, d.size, null as milliseconds
        from chosen join billing_digests d on d.workspace = chosen.workspace and ${isOpen}
      )
      select workspace, resource_type, name, milliseconds, ${splitSum}
      from overlaps
      group by workspace, resource_type, name, milliseconds
      order by workspace, resource_type, name
    `.execute(this.db);

    const byImage = new Map<string, { readonly workspace: string; image: ImageStorage }>();
    for (const row of rows) {
      const { workspace, resource_type: resourceType, name } = row;
      const key = `${workspace}/${resourceType}/${name}`;
      const image = byImage.get(key)?.image ?? { resourceType, name, bytesNow: 0n, byteMilliseconds: 0n };
      const bytes = joinSum(row);
      byImage.set(key, {
        workspace,
        image:
          row.milliseconds === null
            ? { ...image, bytesNow: image.bytesNow + bytes }
            : { ...image, byteMilliseconds: image.byteMilliseconds + bytes * BigInt(row.milliseconds) },
      });
    }
    return groupBy(
      byImage.values(),
      ({ workspace }) => workspace,
      ({ image }) => image,
    );
  }

  async #shared(workspaces: readonly string[] | undefined): Promise<Map<string, SharedStorage[]>> {
    const { rows } = await sql<SharedRow>`
      with shares as (select * from billing_shared_in where ${isAmong(sql.ref('workspace'), workspaces)}),
      held as (
        select distinct s.workspace, s.resource_type, s.name, s.source, s.since, t.digest
        from shares s
        join billing_tags t on t.workspace = s.source and t.resource_type = s.resource_type and t.name = s.name
      ),
      sizes as (
        select workspace, resource_type, name, source, since, 0 as size from shares
        union all
        select held.workspace, held.resource_type, held.name, held.source, held.since, d.size
        from held join billing_digests d on d.workspace = held.source and d.digest = held.digest
      )
      select workspace, resource_type, name, source, since, ${splitSum}
      from sizes
      group by workspace, resource_type, name, source, since
      order by workspace, resource_type, name
    `.execute(this.db);
    return groupBy(
      rows,
      (row) => row.workspace,
      (row) => ({
        resourceType: row.resource_type,
        name: row.name,
        sourceWorkspace: row.source,
        since: Number(row.since),
        sharedBytes: joinSum(row),
      }),
    );
  }

  /** Counts at which point of the series each stretch comes in and goes out, and sums that up. */
  async #series(
    period: Period,
    stepMs: number,
    workspaces: readonly string[] | undefined,
  ): Promise<(workspace: string) => StoragePoint[]> {
    const length = seriesLength(period, stepMs);
    if (length > maxSeriesPoints)
      throw new RangeError(`a series of ${length} points; ask for a longer step or a shorter period`);
    const last = period.from + Math.max(0, length - 1) * stepMs;
    const { rows } = await sql<ChangeRow>`
      with ${this.#candidates({ from: period.from, to: last + 1 }, workspaces)},
      visible as (
        select workspace, size,
          case when started > ${at(period.from)}
            then (started - ${at(period.from)} + ${at(stepMs - 1)}) / ${at(stepMs)} else 0 end as enters,
          case when ended > ${at(last)}
            then ${at(length)} else (ended - ${at(period.from)} + ${at(stepMs - 1)}) / ${at(stepMs)} end as leaves
        from candidates
        where started <= ${at(last)} and ended > ${at(period.from)}
      )
      select workspace, enters, leaves, ${splitSum} from visible group by workspace, enters, leaves
    `.execute(this.db);

    const changes = new Map<string, Map<number, bigint>>();
    for (const row of rows) {
      const ofWorkspace = changes.get(row.workspace) ?? new Map<number, bigint>();
      changes.set(row.workspace, ofWorkspace);
      const bytes = joinSum(row);
      ofWorkspace.set(Number(row.enters), (ofWorkspace.get(Number(row.enters)) ?? 0n) + bytes);
      ofWorkspace.set(Number(row.leaves), (ofWorkspace.get(Number(row.leaves)) ?? 0n) - bytes);
    }
    return (workspace) => {
      let bytes = 0n;
      return Array.from({ length }, (_, index) => {
        bytes += changes.get(workspace)?.get(index) ?? 0n;
        return { at: period.from + index * stepMs, bytes };
      });
    };
  }

  /**
   * The stretches, closed and open, that may overlap the period: one short range of the key per span
   * of closed ones, and all the open ones. An open stretch ends beyond every period.
   */
  #candidates(period: Period, workspaces: readonly string[] | undefined) {
    const spans = spanLimits.map((limit, span) => sql`(${at(span)}, ${at(period.from - limit)})`);
    return sql`
      spans(span, earliest) as (values ${sql.join(spans)}),
      chosen as (select workspace from billing_workspaces where ${isAmong(sql.ref('workspace'), workspaces)}),
      candidates as (
        select s.workspace, s.resource_type, s.name, s.size, s.started, s.ended
        from chosen cross join spans
        join billing_stretches s on s.workspace = chosen.workspace and s.span = spans.span
          and s.started >= spans.earliest and s.started < ${at(period.to)}
        union all
        select d.workspace, d.resource_type, d.name, d.size, d.since as started, ${at(beyondEveryPeriod)} as ended
        from chosen join billing_digests d on d.workspace = chosen.workspace
          and ${isOpen} and d.since < ${at(period.to)}
      )`;
  }
}

interface Sum {
  readonly high: number | string;
  readonly low: number | string;
}

interface FigureRow extends Sum {
  readonly workspace: string;
  readonly resource_type: string;
  readonly name: string;
  /** How long the bytes were stored within the period; null for those stored now. */
  readonly milliseconds: number | string | null;
}

interface SharedRow extends Sum {
  readonly workspace: string;
  readonly resource_type: string;
  readonly name: string;
  readonly source: string;
  readonly since: number | string;
}

interface ChangeRow extends Sum {
  readonly workspace: string;
  readonly enters: number | string;
  readonly leaves: number | string;
}

const beyondEveryPeriod = Number.MAX_SAFE_INTEGER;

/** Names a range of `since`, so that the index of open meters is used and those at rest are passed over. */
const isOpen = sql`d.resource_type is not null and d.since < ${sql.lit(beyondEveryPeriod)}`;

/** Sizes are summed in two halves: neither sum can leave the range of exact numbers, whatever was pushed. */
const halfBits = 27n;
const splitSum = sql`
  sum(size >> ${sql.lit(Number(halfBits))}) as high,
  sum(size & ${sql.lit(2 ** Number(halfBits) - 1)}) as low`;

function joinSum({ high, low }: Sum): bigint {
  return (BigInt(high) << halfBits) + BigInt(low);
}

/** A time or count as a 64-bit integer on every database. */
function at(value: number) {
  return sql`cast(${value} as bigint)`;
}

function isAmong(column: ReturnType<typeof sql.ref>, workspaces: readonly string[] | undefined) {
  if (workspaces === undefined) return sql`1 = 1`;
  return workspaces.length === 0 ? sql`1 = 0` : sql`${column} in (${sql.join(workspaces)})`;
}

function groupBy<T, V>(items: Iterable<T>, key: (item: T) => string, value: (item: T) => V): Map<string, V[]> {
  const groups = new Map<string, V[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [value(item)]);
    else group.push(value(item));
  }
  return groups;
}
