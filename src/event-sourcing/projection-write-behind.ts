import type { RowSource } from './projection-store.js';

type Outcome = { readonly kind: 'written' } | { readonly kind: 'failed'; readonly error: unknown };

/**
 * At most one write on its way, while the next events are projected. Nobody sees rows as they were before it: the rows
 * that it writes stay in memory until the next one begins, so that only what may be found without its key waits for it.
 */
export class WriteBehind implements RowSource {
  #underWay: Promise<Outcome> | undefined;
  #clears = false;

  constructor(private readonly source: RowSource) {}

  /**
   * Takes a write along that has just begun. The one before it must have ended.
   *
   * @param clears whether it takes away rows that may not be in memory
   */
  begun(write: Promise<void>, clears: boolean): void {
    this.#clears = clears;
    this.#underWay = write.then(
      () => ({ kind: 'written' }),
      (error: unknown) => ({ kind: 'failed', error }),
    );
  }

  /** Waits for the write, and throws what it failed with. */
  async done(): Promise<void> {
    if (this.#underWay === undefined) return;
    const outcome = await this.#underWay;
    this.#underWay = undefined;
    if (outcome.kind === 'failed') throw outcome.error;
  }

  /** Waits for the write, however it ends: for whoever begins again at what is written. */
  async given(): Promise<void> {
    await this.#underWay;
    this.#underWay = undefined;
  }

  async loadKeys(...asked: Parameters<RowSource['loadKeys']>): ReturnType<RowSource['loadKeys']> {
    if (this.#clears) await this.done();
    return this.source.loadKeys(...asked);
  }

  async loadWhere(...asked: Parameters<RowSource['loadWhere']>): ReturnType<RowSource['loadWhere']> {
    await this.done();
    return this.source.loadWhere(...asked);
  }
}
