import { LRUCache } from 'lru-cache';
import { Refusal } from '../../http/refusal.js';

const windowMs = 1_000;
const sendersKept = 20_000;

/** Counts what each sender sends, as the HTTP server counts requests. */
export class SenderRates {
  readonly #windows = new LRUCache<string, { readonly since: number; count: number }>({ max: sendersKept });

  /**
   * @param limit messages per second and sender; 0 for no limit
   * @param now milliseconds of any clock
   */
  constructor(
    private readonly limit: number,
    private readonly now: () => number,
  ) {}

  /** Counts one message. @throws Refusal when the sender has sent too many within a second */
  count(sender: string): void {
    if (this.limit === 0) return;
    const now = this.now();
    const present = this.#windows.get(sender);
    if (present === undefined || now - present.since >= windowMs) {
      this.#windows.set(sender, { since: now, count: 1 });
      return;
    }
    present.count += 1;
    if (present.count <= this.limit) return;
    throw new Refusal({
      code: 'rate-limited',
      category: 'rate-limited',
      message: `More than ${this.limit} messages in a second. Wait for a second, then go on.`,
    });
  }
}
