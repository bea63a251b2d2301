/** What is to become of an append in place of an ordinary answer. */
export interface AppendFate {
  /** Whether its events are written all the same. */
  readonly written: boolean;
  /**
   * - `connection-lost`: every connection of the server is reset;
   * - `silence`: nothing, until the server's deadline for the append has passed and it says so;
   * - `timeout`: the server says at once that the deadline has passed;
   * - `access-denied`: the server refuses.
   */
  readonly answer: 'connection-lost' | 'silence' | 'timeout' | 'access-denied';
}

/** The fates of the appends to come, in order. */
export class AppendFates {
  readonly #coming: AppendFate[] = [];

  /** The next `count` appends meet this fate. */
  decree(fate: AppendFate, count = 1): void {
    this.#coming.push(...Array.from({ length: count }, () => fate));
  }

  /** The fate of the append at hand, if it has one. */
  next(): AppendFate | undefined {
    return this.#coming.shift();
  }

  clear(): void {
    this.#coming.length = 0;
  }
}
