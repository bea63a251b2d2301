import { LRUCache } from 'lru-cache';

/**
 * A bounded cache of answers, shared by those who ask while an answer is still on its way.
 *
 * `undefined`, which says that there is no such thing, is not kept: whoever asks for names at random
 * must not push out the answers that are in use. A failure is not kept either.
 */
export class PromiseCache<V> {
  readonly #answers: LRUCache<string, Promise<V | undefined>>;
  readonly #asked = new Map<string, Promise<V | undefined>>();

  constructor(
    max: number,
    private readonly ask: (key: string) => Promise<V | undefined>,
    /** While this is false every question is asked anew, and no answer is kept. */
    private readonly trusted: () => boolean = () => true,
  ) {
    this.#answers = new LRUCache({ max });
  }

  get(key: string): Promise<V | undefined> {
    if (!this.trusted()) return this.ask(key);
    return this.#answers.get(key) ?? this.#asked.get(key) ?? this.#ask(key);
  }

  /** Answers that are on their way will not be kept: they may be older than what made this necessary. */
  clear(): void {
    // Clearing costs as much as the cache could hold.
    if (this.#answers.size > 0) this.#answers.clear();
    this.#asked.clear();
  }

  #ask(key: string): Promise<V | undefined> {
    const asked = this.ask(key);
    this.#asked.set(key, asked);
    const settle = (answer: V | undefined): void => {
      if (this.#asked.get(key) !== asked) return;
      this.#asked.delete(key);
      if (answer !== undefined) this.#answers.set(key, asked);
    };
    asked.then(settle, () => {
      settle(undefined);
    });
    return asked;
  }
}
