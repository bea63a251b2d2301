import type { Lease } from './lease.js';
import type { CoordinationConnection } from './coordination-connection.js';
import { WakeableSleep } from './wakeable-sleep.js';

export interface LeaseKeeperParts {
  readonly lease: Lease;
  readonly connect: (lost: (error: Error) => void) => Promise<CoordinationConnection>;
  /** A term has begun. */
  readonly begun: (term: number, paused: readonly string[]) => void;
  /** It has ended, or may have: nothing more may be done in it. Called once for each that has begun. */
  readonly ended: (term: number, reason: string) => void;
  /** What the holder tells of its subscribers, JSON; `undefined` to leave what was told last. */
  readonly statuses: () => string | undefined;
  readonly onFault: (fault: unknown) => void;
  /** Milliseconds on a clock that never jumps. */
  readonly monotonic?: () => number;
}

const renewEveryMs = 1_000;
/** A holder ends its term so long before the database lets another one begin. */
const marginMs = 500;
const afterFaultMs = 250;
/** A node whose term could not begin lets others try first. */
const afterResigningMs = 1_000;

/**
 * Holds the lease whenever nobody else does, from {@link start} until {@link stop}.
 *
 * A term ends here before it ends for the database, by a clock that does not depend on the database's: what it can
 * renew no more in time it has lost.
 */
export class LeaseKeeper {
  #term: number | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #connection: CoordinationConnection | undefined;
  #stopped = false;
  #resigned: number | undefined;
  readonly #pause = new WakeableSleep();
  #running: Promise<void> = Promise.resolve();
  readonly #now: () => number;

  constructor(private readonly parts: LeaseKeeperParts) {
    this.#now = parts.monotonic ?? (() => performance.now());
  }

  /** The term this node holds the lease in. */
  get term(): number | undefined {
    return this.#term;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Looks at once: the lease may be free, or there is something to tell. */
  look(): void {
    this.#pause.wake();
  }

  /** Ends the term, because it cannot be served: another node may try, or this one later. */
  resign(term: number, reason: string): void {
    if (this.#term !== term) return;
    this.#end(reason);
    this.#resigned = term;
    this.look();
  }

  /** Ends the term after `last` was done in it, and gives the lease back so that another node takes it at once. */
  async stop(last: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const before = this.#term;
    await last();
    this.#stopped = true;
    this.look();
    await this.#running;
    // One may have begun while the last things were done.
    const term = this.#term ?? this.#resigned ?? before;
    this.#end('this node stops');
    if (term !== undefined) await this.#release(term);
    this.#disconnect();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      let pause: number;
      try {
        pause = await this.#round();
      } catch (fault) {
        this.parts.onFault(fault);
        this.#disconnect();
        pause = afterFaultMs;
      }
      await this.#pause.sleep(pause);
    }
  }

  /** Answers when to look again. */
  async #round(): Promise<number> {
    const connection = await this.#connect();
    const askedAt = this.#now();
    const { lease } = this.parts;
    const term = this.#term;
    if (term !== undefined) {
      const held = await lease.renew(connection, term, this.parts.statuses());
      if (this.#term !== term) return 0;
      if (held) this.#holdUntil(askedAt);
      else this.#end('another node has taken it over');
      return held ? renewEveryMs : 0;
    }
    if (this.#resigned !== undefined) {
      await lease.release(connection, this.#resigned);
      this.#resigned = undefined;
      return afterResigningMs;
    }
    const answer = await lease.acquire(connection);
    if (answer.kind === 'taken') return Math.min(renewEveryMs, answer.freeInMs + 5 + Math.random() * 50);
    this.#term = answer.term;
    this.parts.begun(answer.term, answer.paused);
    this.#holdUntil(askedAt);
    return renewEveryMs;
  }

  #holdUntil(askedAt: number): void {
    clearTimeout(this.#deadline);
    const left = askedAt + this.parts.lease.ttlMs - marginMs - this.#now();
    this.#deadline = setTimeout(() => {
      this.#end('it could not be renewed in time');
    }, left);
  }

  #end(reason: string): void {
    clearTimeout(this.#deadline);
    const term = this.#term;
    if (term === undefined) return;
    this.#term = undefined;
    this.parts.ended(term, reason);
  }

  async #connect(): Promise<CoordinationConnection> {
    this.#connection ??= await this.parts.connect(() => {
      this.look();
    });
    return this.#connection;
  }

  #disconnect(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #release(term: number): Promise<void> {
    try {
      await this.parts.lease.release(await this.#connect(), term);
    } catch (fault) {
      // It ends by itself.
      this.parts.onFault(fault);
    }
  }
}
