import type { NewEvent, RecordedEvent } from './event.js';
import type { Position } from './position.js';

/** The revision a stream must have for an append to happen: that of its last event, or `no-stream`. */
export type ExpectedRevision = bigint | 'no-stream';

/** Every store takes an append of so many bytes of JSON, data and metadata of all its events together. Some take more. */
export const largestAppendBytes = 900_000;

/** What became of an append. A conflict is an answer, not a fault. */
export type AppendResult =
  | {
      readonly kind: 'appended';
      /** Revision of the last event of this append. */
      readonly revision: bigint;
      /** Position of the last event of this append. */
      readonly position: Position;
    }
  | {
      readonly kind: 'conflict';
      /** The revision the stream really has. */
      readonly actual: ExpectedRevision;
    };

/** Which part of a stream to read. */
export interface ReadStreamOptions {
  /** First revision to read (inclusive). Default: the first event, or the last one when reading backwards. */
  readonly from?: bigint;
  /** At most so many events. Default 1,000. */
  readonly limit?: number;
  readonly direction?: 'forwards' | 'backwards';
}

/** Which part of the global order to read. */
export interface ReadAllOptions {
  /** Read what comes after this position (exclusive). Default: from the first event. */
  readonly after?: Position | undefined;
  /** At most so many events. Default 1,000. */
  readonly limit?: number;
}

/** What a subscription says. Batches keep the cost per event low; the next one is read when asked for. */
export type SubscriptionMessage =
  | {
      readonly kind: 'events';
      /** At least one event, in global order. */
      readonly events: readonly RecordedEvent[];
      /** Everything up to here has been delivered with this message. */
      readonly position: Position;
    }
  | {
      /** Nothing more is known to be there; what follows is live. Said again after what was delivered later. */
      readonly kind: 'caught-up';
      readonly position: Position | undefined;
    }
  | {
      /** A stretch without events of ours has been passed. */
      readonly kind: 'position';
      readonly position: Position;
    };

export interface SubscribeOptions {
  /** Begin after this position (exclusive). Default: from the first event. */
  readonly after?: Position | undefined;
  /** At most so many events in one message. Default 500. */
  readonly batchSize?: number;
  /** Aborting ends the iteration without an error. */
  readonly signal: AbortSignal;
}

/** The reading half of the {@link EventStore}. */
export interface EventReader {
  /** The identity written into the store at its birth. A read model remembers which store it was built from. */
  readonly storeId: string;

  /** The events of one stream. A stream that does not exist has none. */
  readStream(stream: string, options?: ReadStreamOptions): Promise<readonly RecordedEvent[]>;

  /** The events of all streams in global order. Never passes a position that a slower writer may still fill. */
  readAll(options?: ReadAllOptions): Promise<readonly RecordedEvent[]>;

  /** The position of the last event, or `undefined` for an empty store. */
  head(): Promise<Position | undefined>;

  /**
   * Where the store ends, with whatever others may have written to it: no position it has ever told lies beyond. Not
   * before {@link head}, and of use only for telling a store that has lost its end.
   */
  end(): Promise<Position | undefined>;

  /** True for a text that has the form of a position of this store, whether it has come to there or not. */
  isPosition(text: string): boolean;

  /**
   * Catches up and then follows. Ends when the signal is aborted; throws when the store fails.
   * Nothing is read ahead of the consumer beyond one batch.
   *
   * @example
   * for await (const message of store.subscribeAll({ after: checkpoint, signal })) {
   *   if (message.kind === 'events') await project(message.events);
   * }
   */
  subscribeAll(options: SubscribeOptions): AsyncIterable<SubscriptionMessage>;
}

/**
 * The one port to the truth.
 *
 * Every adapter passes the suite in `test/contract/event-store.contract.ts`.
 */
export interface EventStore extends EventReader {
  /**
   * Appends all events or none, durably, when the stream is at `expected`.
   *
   * Repeating an append with the same ids at the same expected revision gives the first answer and
   * writes nothing; with more events than it had, or with others, it is a conflict. An empty list is
   * answered with the stream's present revision and position, and is a conflict when there is no stream.
   *
   * @throws StoreUnavailableError when the outcome is not known or the store refuses (a full disk)
   * @throws RangeError when the append is larger than the store takes; see {@link largestAppendBytes}
   */
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult>;

  /** Finishes what it accepted, then releases files and connections. Calling it twice is harmless. */
  close(): Promise<void>;
}
