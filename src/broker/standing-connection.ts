import { setTimeout as sleep } from 'node:timers/promises';

/** A connection that was made, and how it fares. */
export interface Opened<C> {
  readonly connection: C;
  /** Resolves, with the reason, when the connection is over and another one must be made. Never rejects. */
  readonly over: Promise<string>;
  /** Sends what is waiting, then ends the connection. */
  close(): Promise<void>;
}

/** Tells how an open connection fares: a fault while it cannot be used, `undefined` when it can again. */
export type Noted = (fault: string | undefined) => void;

/** What is done with each new connection before it counts as open: queues declared, subscriptions made. */
export type WhenOpen<C> = (connection: C) => Promise<void>;

/** What is told of a connection. A pino logger is one. */
export interface ConnectionLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface StandingConnectionOptions<C> {
  /** Makes a connection. What it throws must hold no credentials. */
  readonly open: (noted: Noted) => Promise<Opened<C>>;
  /** Where the other side is, for messages; without credentials. */
  readonly place: string;
  readonly logger: ConnectionLog;
}

const firstPauseMs = 250;
const lastPauseMs = 10_000;

/**
 * A connection that is made again whenever it breaks, for as long as nobody closes it.
 *
 * Attempts are spaced out: a quarter of a second at first, ten seconds at most, each a little off, so that nodes that
 * lost the same broker do not come back all at once.
 */
export class StandingConnection<C> {
  readonly #users: WhenOpen<C>[] = [];
  readonly #closing = new AbortController();
  #current: Opened<C> | undefined;
  #fault: string | undefined = 'not connected yet';
  #waiting: (() => void)[] = [];
  #running: Promise<void> | undefined;

  constructor(private readonly options: StandingConnectionOptions<C>) {}

  /** What keeps the connection from being used, `undefined` while nothing does. */
  get fault(): string | undefined {
    return this.#fault === undefined ? undefined : `${this.options.place}: ${this.#fault}`;
  }

  /** The connection, while there is one. */
  get current(): C | undefined {
    return this.#current?.connection;
  }

  /**
   * Adds what is done with every new connection, before {@link start}. When that fails, the connection is closed and
   * made again later.
   */
  use(whenOpen: WhenOpen<C>): this {
    this.#users.push(whenOpen);
    return this;
  }

  /** Begins to connect, in the background: who starts the service does not wait for a broker. */
  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * The connection, as soon as there is one.
   *
   * @throws the reason of the signal when that aborts first
   * @throws ConnectionClosedError when {@link close} was called
   */
  async opened(signal: AbortSignal): Promise<C> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#isClosed()) throw new ConnectionClosedError(this.options.place);
      if (this.#current !== undefined) return this.#current.connection;
      await this.#change(signal);
    }
  }

  /** Sends what is waiting and ends the connection for good. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    const open = this.#current;
    if (open !== undefined) await open.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { logger, place } = this.options;
    const { signal } = this.#closing;
    let pause = firstPauseMs;
    while (!this.#isClosed()) {
      try {
        const opened = await this.#open();
        pause = firstPauseMs;
        logger.info({ broker: place }, 'connected to the message broker');
        this.#became(await opened.over);
        if (!this.#isClosed()) logger.warn({ broker: place, reason: this.#fault }, 'the message broker is gone');
      } catch (thrown) {
        this.#became(thrown instanceof Error ? thrown.message : String(thrown));
        logger.warn({ broker: place, reason: this.#fault, againInMs: pause }, 'cannot connect to the message broker');
      }
      await sleep(Math.round(pause * (0.75 + Math.random() / 2)), undefined, { signal, ref: false }).catch(() => {
        this.#became('closed');
      });
      pause = Math.min(pause * 2, lastPauseMs);
    }
  }

  /** A connection that everybody who uses it is ready with. */
  async #open(): Promise<Opened<C>> {
    const opened = await this.options.open((fault) => {
      this.#fault = fault;
    });
    try {
      if (this.#isClosed()) throw new ConnectionClosedError(this.options.place);
      for (const whenOpen of this.#users) await whenOpen(opened.connection);
    } catch (thrown) {
      await opened.close();
      throw thrown;
    }
    this.#current = opened;
    this.#fault = undefined;
    this.#wake();
    return opened;
  }

  #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #became(fault: string): void {
    this.#current = undefined;
    this.#fault = fault;
  }

  async #change(signal: AbortSignal): Promise<void> {
    let wake = (): void => undefined;
    const changed = new Promise<void>((resolve) => {
      wake = () => {
        resolve();
      };
    });
    this.#waiting.push(wake);
    signal.addEventListener('abort', wake, { once: true });
    await changed;
    signal.removeEventListener('abort', wake);
    this.#waiting = this.#waiting.filter((other) => other !== wake);
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** The connection was closed for good by this side. */
export class ConnectionClosedError extends Error {
  override readonly name = 'ConnectionClosedError';

  constructor(place: string) {
    super(`the connection to ${place} is closed`);
  }
}
