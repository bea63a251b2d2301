import { LRUCache } from 'lru-cache';
import type { Position } from '../../event-sourcing/position.js';

const characters = 8 * 1024 * 1024;

/** Answers that stand as long as the catalog has not moved. Bounded by their weight in characters. */
export class StandingAnswers<A extends object> {
  readonly #kept: LRUCache<string, A>;
  #at: Position | undefined;

  /** @param passed the position the catalog has passed; while it is unknown, nothing is kept */
  constructor(
    private readonly passed: () => Position | undefined,
    weigh: (answer: A) => number,
  ) {
    this.#kept = new LRUCache({
      maxSize: characters,
      sizeCalculation: (answer, key) => weigh(answer) + key.length + 300,
    });
  }

  /** The answer to a question: the one that stands, or a new one. */
  async get(question: string, answer: () => Promise<A>): Promise<A> {
    const at = this.passed();
    if (at !== this.#at) this.forget();
    this.#at = at;
    const standing = this.#kept.get(question);
    if (standing !== undefined) return standing;
    const fresh = await answer();
    // Asked for before the catalog moved, it may be older than what has been committed since.
    if (at !== undefined && at === this.passed()) this.#kept.set(question, fresh);
    return fresh;
  }

  forget(): void {
    this.#kept.clear();
    this.#at = undefined;
  }
}
