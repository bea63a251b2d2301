import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OnModuleDestroy } from '@nestjs/common';
import type { Position } from '../../event-sourcing/position.js';
import type { RequestHeaders } from '../../workspaces/authentication/credential.js';
import type { CatalogFeed } from './catalog-feed.js';
import type { EventStream } from './event-stream.js';
import { encodeMessage, encodeRetry } from './feed-encoding.js';
import type { StandingAccess } from './standing-access.js';

/** One who listens over HTTP. */
export interface FeedConnection {
  readonly workspace: string;
  /** Begin after this position; `undefined` for everything. */
  readonly after: Position | undefined;
  /** Of the request; its right to listen is checked by them again and again. */
  readonly headers: RequestHeaders;
  readonly stream: EventStream;
  /** Told when the feed breaks off for a fault of ours. */
  readonly onFault: (fault: unknown) => void;
}

export interface FeedTiming {
  /** Between two signs of life, and two checks of rights that may have run out. */
  readonly heartbeatMs: number;
  /** Between two checks of rights that may have been taken away. */
  readonly recheckMs: number;
  /** Clients come back after this, and up to as much again, so that not all come at once. */
  readonly retryMs: number;
}

const defaultTiming: FeedTiming = { heartbeatMs: 15_000, recheckMs: 250, retryMs: 1_000 };
/** So many checks between two turns of the event loop. */
const checksPerTurn = 50;

/** Everybody who listens over HTTP: kept alive together, and shown out when they may listen no longer. */
export class FeedConnections implements OnModuleDestroy {
  readonly #open = new Set<FeedConnection>();
  readonly #forgetChanges: () => void;
  #heartbeats: NodeJS.Timeout | undefined;
  #nextCheck: NodeJS.Timeout | undefined;
  #checking: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    private readonly feed: Pick<CatalogFeed, 'follow'>,
    private readonly access: Pick<StandingAccess, 'allows' | 'onChange'>,
    private readonly timing: FeedTiming = defaultTiming,
  ) {
    this.#forgetChanges = access.onChange(() => {
      this.#checkSoon();
    });
  }

  /** How many listen. */
  get size(): number {
    return this.#open.size;
  }

  /** Streams the feed until the client leaves, may listen no longer, or the service stops. Never rejects. */
  async serve(connection: FeedConnection): Promise<void> {
    const { stream, workspace, after, onFault } = connection;
    this.#enter(connection);
    try {
      await stream.send(encodeRetry(Math.round(this.timing.retryMs * (1 + Math.random()))));
      // Rights may have gone between the check of the request and its entry among those that are checked again.
      await this.#check(connection);
      for await (const message of this.feed.follow({ workspace, after, signal: stream.closed })) {
        await stream.send(encodeMessage(message, workspace));
      }
    } catch (fault) {
      onFault(fault);
    } finally {
      this.#leave(connection);
    }
  }

  /** Ends every stream; new ones end at once. */
  async onModuleDestroy(): Promise<void> {
    this.#isClosed = true;
    this.#forgetChanges();
    clearTimeout(this.#nextCheck);
    for (const { stream } of [...this.#open]) stream.end();
    await this.#checking;
  }

  #enter(connection: FeedConnection): void {
    if (this.#isClosed) connection.stream.end();
    this.#open.add(connection);
    this.#heartbeats ??= setInterval(() => {
      for (const { stream } of this.#open) stream.beat();
      this.#checkSoon();
    }, this.timing.heartbeatMs);
  }

  #leave(connection: FeedConnection): void {
    connection.stream.end();
    this.#open.delete(connection);
    if (this.#open.size > 0) return;
    clearInterval(this.#heartbeats);
    this.#heartbeats = undefined;
  }

  /** However often rights change, all are checked at most once in a while, and once after the last change. */
  #checkSoon(): void {
    if (this.#open.size === 0 || this.#isClosed) return;
    this.#nextCheck ??= setTimeout(() => {
      this.#nextCheck = undefined;
      this.#checking = (this.#checking ?? Promise.resolve()).then(() => this.#checkAll());
    }, this.timing.recheckMs);
  }

  async #checkAll(): Promise<void> {
    let checks = 0;
    for (const connection of [...this.#open]) {
      await this.#check(connection);
      checks += 1;
      if (checks % checksPerTurn === 0) await nextTurn();
    }
  }

  async #check({ headers, workspace, stream, onFault }: FeedConnection): Promise<void> {
    if (stream.closed.aborted) return;
    try {
      if (!(await this.access.allows(headers, workspace))) stream.end();
    } catch (fault) {
      // Who cannot be checked now is asked to come back, and is told then.
      onFault(fault);
      stream.end();
    }
  }
}
