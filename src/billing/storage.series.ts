import type { Period, StoragePoint } from './storage.report.js';
import type { Stretch } from './stretch-reader.js';

/** A series has no more points than this. */
export const maxSeriesPoints = 10_000;

/** How many points a series has: one at the beginning, one after every full step, the end included. */
export function seriesLength(period: Period, stepMs: number): number {
  return period.to < period.from ? 0 : Math.floor((period.to - period.from) / stepMs) + 1;
}

/** @throws RangeError when a series would have more than {@link maxSeriesPoints} points */
export function checkSeries(period: Period, stepMs: number): void {
  const length = seriesLength(period, stepMs);
  if (length > maxSeriesPoints)
    throw new RangeError(`a series of ${length} points; ask for a longer step or a shorter period`);
}

/** Sums up the bytes stored at every point of a series: notes at which one each stretch comes in and goes out. */
export class StorageSeries {
  readonly #length: number;
  readonly #changes = new Map<number, bigint>();

  constructor(
    private readonly period: Period,
    private readonly stepMs: number,
  ) {
    this.#length = seriesLength(period, stepMs);
  }

  add({ started, ended, size }: Stretch): void {
    const enters = this.#pointFrom(started);
    const leaves = this.#pointFrom(ended);
    if (enters === leaves) return;
    this.#change(enters, BigInt(size));
    this.#change(leaves, -BigInt(size));
  }

  points(): StoragePoint[] {
    let bytes = 0n;
    return Array.from({ length: this.#length }, (_, index) => {
      bytes += this.#changes.get(index) ?? 0n;
      return { at: this.period.from + index * this.stepMs, bytes };
    });
  }

  /** The first point at this time or later. */
  #pointFrom(time: number): number {
    const index = Math.ceil((time - this.period.from) / this.stepMs);
    return Math.min(this.#length, Math.max(0, index));
  }

  #change(index: number, bytes: bigint): void {
    this.#changes.set(index, (this.#changes.get(index) ?? 0n) + bytes);
  }
}
