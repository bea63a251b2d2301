import type { ServerResponse } from 'node:http';
import { heartbeat } from './feed-encoding.js';

/** Server-sent events over one response. */
export class EventStream {
  readonly #abort = new AbortController();
  #resume: (() => void) | undefined;

  /**
   * Begins the response.
   *
   * @param stallMs whoever reads nothing for so long while something waits to be read is disconnected
   */
  constructor(
    private readonly response: ServerResponse,
    headers: Readonly<Record<string, number | string | string[] | undefined>>,
    private readonly stallMs: number,
  ) {
    response.on('drain', this.#goOn);
    response.on('close', () => {
      this.#abort.abort();
      this.#goOn();
    });
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      // Nothing can follow on it that would be worth keeping it.
      connection: 'close',
    });
  }

  /** Aborted when the stream has ended, whoever ended it. */
  get closed(): AbortSignal {
    return this.#abort.signal;
  }

  /** Sends a block of the stream. Resolves when more may be sent. */
  async send(block: string): Promise<void> {
    if (this.closed.aborted || this.response.write(block)) return;
    const stalled = setTimeout(() => this.response.destroy(), this.stallMs);
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
    clearTimeout(stalled);
  }

  /** Shows that the connection lives, unless something waits to be read anyway. */
  beat(): void {
    if (!this.closed.aborted && this.response.writableLength === 0) this.response.write(heartbeat);
  }

  /** Ends the stream; what was sent is still delivered. Calling it twice is harmless. */
  end(): void {
    if (this.closed.aborted) return;
    this.#abort.abort();
    this.#goOn();
    this.response.end();
  }

  readonly #goOn = (): void => {
    this.#resume?.();
    this.#resume = undefined;
  };
}
