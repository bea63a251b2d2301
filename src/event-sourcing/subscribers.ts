import type { RecordedEvent } from './event.js';
import type { Position } from './position.js';
import type { SubscriberStatus } from './projection.js';
import type { WaitOptions } from './subscriber-waiters.js';

/** A step forward, as queries now see it. */
export interface Commit {
  readonly projection: string;
  readonly from: Position | undefined;
  readonly position: Position;
  /** The events that were applied; absent for a stride while catching up or a swap, after which anything may have changed. */
  readonly events: readonly RecordedEvent[] | undefined;
  /** Of a step that another process made, whose events are not known here: what it changed, where that is known. */
  readonly changed?: 'nothing' | 'rows';
}

/** What the rest of the service needs of a subscriber, wherever it runs. */
export interface Subscriber {
  readonly name: string;
  /** True once queries may read its tables: they have the columns of this version and have held everything. */
  readonly ready: boolean;
  /** The position that queries have passed. */
  readonly checkpoint: Position | undefined;
  /**
   * Read your writes: resolves to true as soon as queries have passed this position; to false on
   * time-out, abort, or when the subscriber has failed or stopped.
   */
  waitFor(position: Position, options?: WaitOptions): Promise<boolean>;
  /** Calls the listener synchronously after each commit that queries see. Answers how to end that. */
  onCommitted(listener: (commit: Commit) => void): () => void;
  status(): SubscriberStatus;
}

/** What may be done to a subscriber by hand. */
export type SubscriberAction = 'rebuild' | 'pause' | 'resume' | 'retry';

/** How a subscriber stands after it was steered, or why it was not. */
export type Steered =
  { readonly kind: 'done'; readonly status: SubscriberStatus } | { readonly kind: 'nothing-to-retry' };

/** All subscribers of the service, in this process or in another one. */
export interface Subscribers {
  /** Starts every subscriber, or begins to look on where another process runs them. */
  start(): Promise<void>;
  /** Ends for good what was started. */
  stop(): Promise<void>;
  /** The database was away: looks whether it still holds everything. */
  recheck(): void;
  /** @throws RangeError when there is no subscriber of this name */
  get(name: string): Subscriber;
  statuses(): readonly SubscriberStatus[];
  /** True once every subscriber's tables may be queried. */
  readonly ready: boolean;
  /** Read your writes over several subscribers: see {@link Subscriber.waitFor}. Default: all. */
  waitFor(position: Position, options?: WaitOptions & { readonly projections?: readonly string[] }): Promise<boolean>;
  /**
   * Steers one by hand. A rebuild has only begun when it is answered.
   *
   * @throws RangeError when there is no subscriber of this name
   * @throws StoreUnavailableError when nobody is there to do it now
   */
  steer(name: string, action: SubscriberAction): Promise<Steered>;
}
