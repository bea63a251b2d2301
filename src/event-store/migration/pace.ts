/** How far something has come, and how fast. */
export interface PaceReport {
  readonly events: number;
  readonly perSecond: number;
  /** From 0 to 1, where it can be told. */
  readonly share?: number;
  readonly secondsLeft?: number;
}

/** Measures how fast events are worked through. */
export class Pace {
  readonly #begun = performance.now();
  #firstShare: number | undefined;

  /** @param before so many events were done before this began */
  constructor(private readonly before: number) {}

  /** @param share how much of the whole that is */
  at(events: number, share: number | undefined): PaceReport {
    const seconds = Math.max((performance.now() - this.#begun) / 1_000, 0.001);
    const perSecond = Math.round((events - this.before) / seconds);
    if (share === undefined) return { events, perSecond };
    this.#firstShare ??= this.before === 0 ? 0 : share;
    const gained = share - this.#firstShare;
    const secondsLeft = gained > 0 ? Math.round((seconds * (1 - share)) / gained) : undefined;
    return { events, perSecond, share, ...(secondsLeft !== undefined && { secondsLeft }) };
  }
}
