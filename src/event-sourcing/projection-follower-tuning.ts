/** How a follower spends memory and time. */
export interface FollowerTuning {
  /** Events in one batch, at most. Few enough that the garbage collector does not find them alive again and again. */
  readonly batchSize: number;
  /**
   * While catching up: commit when so many changed rows have gathered in memory, for a row that
   * changes often is then written once …
   */
  readonly commitEveryRows: number;
  /** … or after so many milliseconds, in a generation that queries see … */
  readonly commitEveryMs: number;
  /** … or in one that has never been complete. */
  readonly buildCommitEveryMs: number;
  /** About so many rows of one table stay in memory once they are written: while catching up … */
  readonly cachedRows: number;
  /** … and afterwards. */
  readonly liveCachedRows: number;
  /** Once live, a checkpoint that moved without any row is written after so many milliseconds, with the next event. */
  readonly saveEveryMs: number;
  /**
   * Caught up is who passes a head of the store within so many milliseconds after asking for it. The
   * store's own word for it never comes while events arrive without a break.
   */
  readonly levelWithinMs: number;
  /** The first pause after a fault that passes by itself; each further one doubles, up to the last. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
}

export const defaultTuning: FollowerTuning = {
  batchSize: 500,
  commitEveryRows: 12_000,
  commitEveryMs: 500,
  buildCommitEveryMs: 3_000,
  cachedRows: 10_000,
  liveCachedRows: 2_000,
  saveEveryMs: 1_000,
  levelWithinMs: 500,
  firstRetryMs: 50,
  lastRetryMs: 5_000,
};
