/** What a connection is used for. One may fail while another works. */
export type Use = 'append' | 'read' | 'follow' | 'probe';

interface Failing {
  readonly since: number;
  readonly last: number;
  readonly message: string;
  /** It was met over a client that another has replaced since. */
  readonly outdated: boolean;
}

/** A fault that nobody has met again for so long, while other calls succeed, is taken to be over. */
const forgottenMs = 5_000;

/** What a store fails with at present, kept by use: reads that succeed do not make up for appends that all fail. */
export class StoreTrouble {
  readonly #failing = new Map<Use, Failing>();
  #heard = Date.now();

  /** @param lastingMs after so long of nothing but failure the client is to blame */
  constructor(private readonly lastingMs: number) {}

  /** What the store fails with; `undefined` while it answers. */
  get now(): string | undefined {
    for (const { message } of this.#failing.values()) return message;
    return undefined;
  }

  /** Milliseconds since the store has last been heard of, well or badly. */
  get silentMs(): number {
    return Date.now() - this.#heard;
  }

  /** Notes a failure. @returns true when this use has failed for long */
  met(use: Use, message: string): boolean {
    const now = (this.#heard = Date.now());
    const since = this.#failing.get(use)?.since ?? now;
    this.#failing.set(use, { since, last: now, message, outdated: false });
    return now - since >= this.lastingMs;
  }

  /** Notes a success. */
  over(use: Use): void {
    this.#heard = Date.now();
    if (this.#failing.size === 0) return;
    this.#failing.delete(use);
    for (const [other, { last, outdated }] of this.#failing) {
      if (outdated || this.#heard - last >= forgottenMs) this.#failing.delete(other);
    }
  }

  /** A new client has its own time to fail, and makes up for the failures of the one before with its first success. */
  startAnew(): void {
    const now = Date.now();
    for (const [use, failing] of this.#failing) this.#failing.set(use, { ...failing, since: now, outdated: true });
  }
}
