import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SubscribeOptions, SubscriptionMessage } from '../event-sourcing/event-store.js';
import { AbortWatch } from './abort-watch.js';
import type { AppendSignal } from './append-signal.js';
import { fromPosition, toPosition } from './numeric-position.js';
import type { StoredEvent } from './stored-event.js';

/** A log that can be followed. */
export interface FollowableLog {
  readonly appended: AppendSignal;
  /** Up to `limit` events after this one; none only when there are none. */
  read(after: number, limit: number): readonly StoredEvent[];
}

const defaultBatchSize = 500;

const aborts = new AbortWatch();

/**
 * Catches up with a log and then follows it.
 *
 * The consumer pulls: a batch is read when it is asked for. Between batches the event loop gets its
 * turn, so that catching up with a long log starves nobody.
 */
export async function* followLog(log: FollowableLog, options: SubscribeOptions): AsyncGenerator<SubscriptionMessage> {
  const { signal, batchSize = defaultBatchSize } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) throw new RangeError('batchSize must be a positive integer');
  const sleeper = new Sleeper(log.appended);
  aborts.add(signal, sleeper.wake);
  try {
    let passed = fromPosition(options.after);
    let saidCaughtUp = false;
    let rested = true;
    while (!signal.aborted) {
      if (log.appended.fault !== undefined) throw log.appended.fault;
      const events = log.read(passed, batchSize);
      const last = events.at(-1);
      if (last !== undefined) {
        passed = last.sequence;
        saidCaughtUp = false;
        yield { kind: 'events', events, position: last.position };
        if (!rested) await nextTurn();
        rested = false;
      } else if (!saidCaughtUp) {
        saidCaughtUp = true;
        yield { kind: 'caught-up', position: passed === 0 ? undefined : toPosition(passed) };
      } else {
        await sleeper.sleep();
        rested = true;
      }
    }
  } finally {
    aborts.remove(signal, sleeper.wake);
  }
}

/** Waits for the next append, or until it is woken for another reason. */
class Sleeper {
  #resolve: (() => void) | undefined;

  constructor(private readonly appended: AppendSignal) {}

  sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.appended.onNext(this.wake);
    });
  }

  readonly wake = (): void => {
    this.appended.forget(this.wake);
    this.#resolve?.();
    this.#resolve = undefined;
  };
}
