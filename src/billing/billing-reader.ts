import { invalidInput } from '../http/refusal.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import { parseInstant } from '../vocabulary/instant.js';
import type { StorageQueryDto } from './billing.dto.js';
import { storageProjection } from './storage.projection.js';
import type { StorageQueries } from './storage.queries.js';
import type { Period, WorkspaceStorage } from './storage.report.js';
import { maxSeriesPoints, seriesLength } from './storage.series.js';

const projections = [storageProjection.name];

const stepLengths: Readonly<Record<NonNullable<StorageQueryDto['step']>, number>> = {
  hour: 3_600_000,
  day: 86_400_000,
};

/** A bill that is drawn up workspace by workspace while it is read. */
export interface StorageBill {
  readonly period: Period;
  readonly workspaces: AsyncGenerator<WorkspaceStorage, void, undefined>;
}

/** Answers questions about storage as clients ask them, with everything that is on record by then. */
export class BillingReader {
  constructor(
    private readonly queries: Pick<StorageQueries, 'bills'>,
    private readonly readYourWrites: Pick<ReadYourWrites, 'upToDate'>,
    /** Milliseconds since 1970. */
    private readonly now: () => number,
  ) {}

  /**
   * @param workspace which one; all that ever stored or were shared something for `undefined`
   * @throws Refusal for a period that is none, or a series with too many points
   */
  async storage(workspace: string | undefined, query: StorageQueryDto): Promise<StorageBill> {
    const now = this.now();
    const period = periodOf(query, now);
    const stepMs = query.step === undefined ? undefined : stepLengths[query.step];
    if (stepMs !== undefined) checkLength(period, stepMs, query.step);
    await this.readYourWrites.upToDate(projections);
    const workspaces = this.queries.bills({
      period,
      now,
      ...(workspace !== undefined && { workspaces: [workspace] }),
      ...(stepMs !== undefined && { stepMs }),
    });
    return { period, workspaces };
  }
}

/** The future is left out. */
function periodOf(query: StorageQueryDto, now: number): Period {
  const from = query.from === undefined ? beginningOfMonth(now) : (parseInstant(query.from) ?? now);
  const end = query.to === undefined ? now : (parseInstant(query.to) ?? now);
  if (end < from && query.to !== undefined) {
    throw invalidInput(
      'invalid-period',
      `to (${query.to}) is before from (${query.from ?? 'the beginning of this month'}).`,
    );
  }
  if (from > now) throw invalidInput('invalid-period', `from (${query.from ?? ''}) is in the future.`);
  return { from, to: Math.min(end, now) };
}

function beginningOfMonth(now: number): number {
  const today = new Date(now);
  return Date.UTC(today.getUTCFullYear(), today.getUTCMonth());
}

function checkLength(period: Period, stepMs: number, step: StorageQueryDto['step']): void {
  const length = seriesLength(period, stepMs);
  if (length <= maxSeriesPoints) return;
  const remedy = step === 'hour' ? 'Ask for step=day or a shorter period.' : 'Ask for a shorter period.';
  throw invalidInput(
    'series-too-long',
    `The period has ${length} points, one for every ${step ?? 'step'}, and a series has up to ${maxSeriesPoints}. ${remedy}`,
  );
}
