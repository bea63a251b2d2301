import type { ResourceType } from '../vocabulary/names.js';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { ImageStorage, Period, SharedStorage, StorageReport, WorkspaceStorage } from './storage.report.js';
import { StorageSeries, checkSeries } from './storage.series.js';
import type { StorageTables } from './storage.tables.js';
import { StretchReader, isOpen } from './stretch-reader.js';
import type { Stretch } from './stretch-reader.js';

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

const namesAtOnce = 500;

/** The period of a question, as far as it has gone by. */
export function pastPeriod({ period, now }: Pick<StorageQuestion, 'period' | 'now'>): Period {
  return { from: period.from, to: Math.min(period.to, now) };
}

/** Answers what is stored and what it comes to, from the tables of the storage meter. */
export class StorageQueries {
  readonly #stretches: StretchReader;

  /** @param perStep about so many stretches of time are read at once */
  constructor(
    private readonly db: Kysely<StorageTables>,
    perStep?: number,
  ) {
    this.#stretches = new StretchReader(db, perStep);
  }

  /**
   * {@link bills} all at once.
   *
   * @throws RangeError when a series would have more than `maxSeriesPoints` points
   */
  async storage(question: StorageQuestion): Promise<StorageReport> {
    const workspaces: WorkspaceStorage[] = [];
    for await (const bill of this.bills(question)) workspaces.push(bill);
    return { period: pastPeriod(question), workspaces };
  }

  /**
   * Bytes now and byte-milliseconds within the period, exact, per image of one workspace after another, by name.
   *
   * Reads what overlaps the period and what is stored now, not the history before it, in small steps.
   *
   * @throws RangeError when a series would have more than `maxSeriesPoints` points
   */
  async *bills(question: StorageQuestion): AsyncGenerator<WorkspaceStorage, void, undefined> {
    const period = pastPeriod(question);
    if (question.stepMs !== undefined) checkSeries(period, question.stepMs);
    const names = question.workspaces === undefined ? this.#everyName() : [[...question.workspaces].sort()];
    for await (const some of names) {
      for (const workspace of some) yield await this.#bill(workspace, period, question.stepMs);
    }
  }

  async #bill(workspace: string, period: Period, stepMs: number | undefined): Promise<WorkspaceStorage> {
    const figures = new ImageFigures(period);
    const series = stepMs === undefined ? undefined : new StorageSeries(period, stepMs);
    // A point at the very end of the period sees what begins there.
    const read = series === undefined || period.to < period.from ? period : { ...period, to: period.to + 1 };
    for await (const some of this.#stretches.overlapping(workspace, read)) {
      for (const stretch of some) {
        figures.add(stretch);
        series?.add(stretch);
      }
    }
    for (const row of await this.#now(workspace)) figures.addNow(row);
    const images = figures.images();
    return {
      workspace,
      bytesNow: images.reduce((sum, image) => sum + image.bytesNow, 0n),
      byteMilliseconds: images.reduce((sum, image) => sum + image.byteMilliseconds, 0n),
      images,
      shared: await this.#shared(workspace),
      ...(series !== undefined && { series: series.points() }),
    };
  }

  async *#everyName(): AsyncGenerator<readonly string[], void, undefined> {
    let after = '';
    for (;;) {
      const { rows } = await sql<{ readonly workspace: string }>`
        select workspace from (
          select * from (
            select workspace from billing_workspaces where workspace > ${after} order by workspace limit ${namesAtOnce}
          ) stored
          union
          select * from (
            select distinct workspace from billing_shared_in
            where workspace > ${after} order by workspace limit ${namesAtOnce}
          ) shared
        ) names
        order by workspace limit ${namesAtOnce}
      `.execute(this.db);
      yield rows.map(({ workspace }) => workspace);
      const last = rows.at(-1);
      if (last === undefined || rows.length < namesAtOnce) return;
      after = last.workspace;
    }
  }

  /** One statement, so that bytes that pass from one image to another meanwhile are seen once. */
  async #now(workspace: string): Promise<readonly FigureRow[]> {
    const { rows } = await sql<FigureRow>`
      select d.resource_type, d.name, ${splitSum}
      from billing_digests d
      where d.workspace = ${workspace} and ${isOpen}
      group by d.resource_type, d.name
    `.execute(this.db);
    return rows;
  }

  async #shared(workspace: string): Promise<SharedStorage[]> {
    const { rows } = await sql<SharedRow>`
      with shares as (select * from billing_shared_in where workspace = ${workspace}),
      held as (
        select distinct s.resource_type, s.name, s.source, s.since, t.digest
        from shares s
        join billing_tags t on t.workspace = s.source and t.resource_type = s.resource_type and t.name = s.name
      ),
      sizes as (
        select resource_type, name, source, since, 0 as size from shares
        union all
        select held.resource_type, held.name, held.source, held.since, d.size
        from held join billing_digests d on d.workspace = held.source and d.digest = held.digest
      )
      select resource_type, name, source, since, ${splitSum}
      from sizes
      group by resource_type, name, source, since
      order by resource_type, name
    `.execute(this.db);
    return rows.map((row) => ({
      resourceType: row.resource_type,
      name: row.name,
      sourceWorkspace: row.source,
      since: Number(row.since),
      sharedBytes: joinSum(row),
    }));
  }
}

/** Adds up stretches by image. */
class ImageFigures {
  readonly #images = new Map<string, { -readonly [K in keyof ImageStorage]: ImageStorage[K] }>();

  constructor(private readonly period: Period) {}

  add(stretch: Stretch): void {
    const milliseconds = Math.min(stretch.ended, this.period.to) - Math.max(stretch.started, this.period.from);
    if (milliseconds <= 0) return;
    this.#of(stretch).byteMilliseconds += BigInt(stretch.size) * BigInt(milliseconds);
  }

  addNow(row: FigureRow): void {
    this.#of(row).bytesNow += joinSum(row);
  }

  /** By type and name. */
  images(): ImageStorage[] {
    return [...this.#images].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, image]) => image);
  }

  #of({ resource_type: resourceType, name }: Pick<Stretch, 'resource_type' | 'name'>) {
    // Sorts before every character of a name, so that keys compare like the pair.
    const key = `${resourceType} ${name}`;
    const known = this.#images.get(key);
    if (known !== undefined) return known;
    const image = { resourceType, name, bytesNow: 0n, byteMilliseconds: 0n };
    this.#images.set(key, image);
    return image;
  }
}

interface Sum {
  readonly high: number | string;
  readonly low: number | string;
}

interface FigureRow extends Sum {
  readonly resource_type: ResourceType;
  readonly name: string;
}

interface SharedRow extends FigureRow {
  readonly source: string;
  readonly since: number | string;
}

/** Sizes are summed in two halves: neither sum can leave the range of exact numbers, whatever was pushed. */
const halfBits = 27n;
const splitSum = sql`
  sum(size >> ${sql.lit(Number(halfBits))}) as high,
  sum(size & ${sql.lit(2 ** Number(halfBits) - 1)}) as low`;

function joinSum({ high, low }: Sum): bigint {
  return (BigInt(high) << halfBits) + BigInt(low);
}
