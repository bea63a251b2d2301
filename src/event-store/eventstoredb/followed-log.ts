import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedEvent } from '../../event-sourcing/event.js';
import type { SubscribeOptions, SubscriptionMessage } from '../../event-sourcing/event-store.js';
import { comparePositions, hasPassed } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import { AbortWatch } from '../abort-watch.js';
import type { ClientLease, EventStoreDbConnection } from './eventstoredb.connection.js';
import { NoAnswerError, isTooSlow, judge } from './eventstoredb.faults.js';
import { fromPosition, toPosition } from './eventstoredb.position.js';
import { PlaceInLog } from './place-in-log.js';
import { SubscriptionReader } from './subscription-reader.js';
import type { Received } from './subscription-reader.js';

/** A log on a server, and how to look after a subscription to it. */
export interface FollowableServerLog {
  readonly connection: EventStoreDbConnection;
  readonly prefixes: readonly string[];
  /** An event of ours; `undefined` for anything else that came through the filter. */
  readonly read: (received: Extract<Received, { kind: 'event' }>) => RecordedEvent | undefined;
  /** The position of the last event of ours. */
  readonly head: () => Promise<Position | undefined>;
  /** Where the whole log ends. */
  readonly end: () => Promise<Position | undefined>;
  /** After so long without a word, it is asked whether there should have been one. */
  readonly silentMs: number;
}

const aborts = new AbortWatch();

const defaultBatchSize = 500;
const firstPauseMs = 25;
const lastPauseMs = 250;

/**
 * Follows the log, over any number of subscriptions: one that is dropped, ends or falls silent is followed by another
 * from where the consumer is.
 *
 * Every position it tells has been reached by the consumer: everything before it has been delivered and consumed.
 *
 * @throws Error when the server insists that it does not have the position to go on from
 */
export async function* followServerLog(
  log: FollowableServerLog,
  { after, batchSize = defaultBatchSize, signal }: SubscribeOptions,
): AsyncGenerator<SubscriptionMessage, void, undefined> {
  if (!Number.isInteger(batchSize) || batchSize < 1) throw new RangeError('batchSize must be a positive integer');
  if (after !== undefined) fromPosition(after);
  const place = new PlaceInLog(log, after);
  let pause = firstPauseMs;
  while (!signal.aborted) {
    const lease = await log.connection.lease();
    let moved = false;
    try {
      for await (const message of oneSubscription(log, lease, place, batchSize, signal)) {
        log.connection.trouble.over('follow');
        pause = firstPauseMs;
        moved = true;
        place.reached(message.position);
        yield message;
      }
    } catch (thrown) {
      if (isTooSlow(thrown) && moved) continue;
      const fault = judge(thrown);
      if (fault.kind === 'lasting') throw fault.error;
      place.doubt(thrown);
      log.connection.failed('follow', lease.client, thrown);
    }
    if (lease.replaced.aborted) continue;
    await sleep(pause);
    pause = Math.min(pause * 2, lastPauseMs);
  }
}

/** One subscription, until it ends by itself, the client is replaced, or it has missed something. */
async function* oneSubscription(
  log: FollowableServerLog,
  { client, replaced }: ClientLease,
  place: PlaceInLog,
  batchSize: number,
  signal: AbortSignal,
): AsyncGenerator<SubscriptionMessage, void, undefined> {
  const isAborted = (): boolean => signal.aborted;
  await unlessAborted(signal, place.check());
  if (isAborted()) return;
  const after = place.passed;
  const from = after === undefined ? undefined : fromPosition(after);
  const reader = new SubscriptionReader(client, {
    prefixes: log.prefixes,
    from,
    buffer: batchSize,
    signals: [signal, replaced],
  });
  const consumed = new Consumed(log, after);
  const { answerMs } = log.connection.times;
  try {
    for (;;) {
      const received = reader.take(batchSize);
      for (const message of consumed.take(received)) {
        yield message;
        if (isAborted()) return;
      }
      if (received.length > 0) continue;
      for (const message of consumed.rest()) {
        yield message;
        if (isAborted()) return;
      }
      const next = await reader.more(reader.answered ? log.silentMs : answerMs);
      if (next === 'ended') {
        // What it failed with is thrown here; without a word it is taken for a broken connection.
        reader.take(1);
        return;
      }
      if (next === 'aborted') return;
      if (next === 'received') continue;
      if (!reader.answered) throw new NoAnswerError(`no answer to a subscription within ${answerMs} ms`);
      const head = await unlessAborted(signal, log.head());
      if (isAborted() || replaced.aborted || !hasPassed(consumed.position, head)) return;
      // Not every server says so of its own accord.
      consumed.nothingMore();
    }
  } finally {
    reader.leave();
  }
}

/** Turns what was received into messages that say nothing ahead of the consumer and nothing twice. */
class Consumed {
  position: Position | undefined;
  #live = false;
  #saidCaughtUp = false;

  constructor(
    private readonly log: Pick<FollowableServerLog, 'read'>,
    after: Position | undefined,
  ) {
    this.position = after;
  }

  *take(received: readonly Received[]): Generator<SubscriptionMessage, void, undefined> {
    let events: RecordedEvent[] = [];
    let reached: Position | undefined;
    for (const one of received) {
      switch (one.kind) {
        case 'event': {
          const event = this.log.read(one);
          if (event !== undefined && comparePositions(event.position, this.position) > 0) events.push(event);
          break;
        }
        case 'checkpoint':
          reached = toPosition(one.position);
          break;
        case 'caught-up':
          yield* this.#deliver(events, reached);
          events = [];
          reached = undefined;
          this.#live = true;
          yield* this.rest();
          break;
        case 'fell-behind':
          this.#live = false;
      }
    }
    yield* this.#deliver(events, reached);
  }

  /** Whoever was asked knows of nothing that has not arrived. */
  nothingMore(): void {
    this.#live = true;
  }

  /** Nothing more has arrived: the server says so only once, at the beginning. */
  *rest(): Generator<SubscriptionMessage, void, undefined> {
    if (!this.#live || this.#saidCaughtUp) return;
    this.#saidCaughtUp = true;
    yield { kind: 'caught-up', position: this.position };
  }

  *#deliver(
    events: readonly RecordedEvent[],
    reached: Position | undefined,
  ): Generator<SubscriptionMessage, void, undefined> {
    const last = events.at(-1);
    if (last !== undefined) {
      this.position = last.position;
      this.#saidCaughtUp = false;
      yield { kind: 'events', events, position: last.position };
    }
    if (reached === undefined || comparePositions(reached, this.position) <= 0) return;
    this.position = reached;
    yield { kind: 'position', position: reached };
  }
}

/** What a promise gives, or `undefined` as soon as the signal is aborted. */
function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      aborts.remove(signal, aborted);
    };
    const aborted = (): void => {
      leave();
      resolve(undefined);
    };
    aborts.add(signal, aborted);
    if (signal.aborted) aborted();
    promise.finally(leave).then(resolve, reject);
  });
}
