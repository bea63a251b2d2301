import type { AllStreamResolvedEvent } from '@eventstore/db-client';
import { START, streamNameFilter } from '@eventstore/db-client';
import { AbortWatch } from '../abort-watch.js';
import type { SteadyClient } from './eventstoredb.client.js';
import type { LogPosition } from './eventstoredb.position.js';

/** What the server has sent, in the order it was sent in. */
export type Received =
  | { readonly kind: 'event'; readonly event: AllStreamResolvedEvent }
  | { readonly kind: 'checkpoint'; readonly position: LogPosition }
  | { readonly kind: 'caught-up' }
  | { readonly kind: 'fell-behind' };

/** What a wait for more has ended with. */
export type Awaited = 'received' | 'ended' | 'silent' | 'aborted';

export interface SubscriptionRequest {
  readonly prefixes: readonly string[];
  readonly from: LogPosition | undefined;
  /** So many messages may wait unread. */
  readonly buffer: number;
  /** Aborting any of them ends every wait. */
  readonly signals: readonly AbortSignal[];
}

/** Searching this many foreign events on the server is worth a checkpoint. */
const searchWindow = 32;

const aborts = new AbortWatch();

class Mark {
  constructor(readonly received: Received) {}
}

/**
 * One subscription of the client.
 *
 * The client tells checkpoints and that it has caught up when they arrive, ahead of events that nobody has read yet.
 * They are put among the events instead, at the place they arrived at, so that each is read when everything before it was.
 */
export class SubscriptionReader {
  readonly #stream: ReturnType<SteadyClient['subscribeToAll']>;
  #fault: Error | undefined;
  #hasEnded = false;
  #answered = false;
  #wake: ((outcome: Awaited) => void) | undefined;
  #gathering = false;

  constructor(
    client: SteadyClient,
    private readonly request: SubscriptionRequest,
  ) {
    const { prefixes, from, buffer, signals } = request;
    const filter = streamNameFilter({
      prefixes: [...prefixes],
      maxSearchWindow: searchWindow,
      checkpointInterval: 1,
      checkpointReached: (subscription, position) => {
        subscription.push(new Mark({ kind: 'checkpoint', position }));
      },
    });
    this.#stream = client.subscribeToAll({ fromPosition: from ?? START, filter }, { highWaterMark: buffer });
    for (const signal of signals) aborts.add(signal, this.#onAbort);
    this.#stream.on('confirmation', () => {
      this.#answered = true;
    });
    this.#stream.on('caughtUp', () => {
      this.#stream.push(new Mark({ kind: 'caught-up' }));
    });
    this.#stream.on('fellBehind', () => {
      this.#stream.push(new Mark({ kind: 'fell-behind' }));
    });
    this.#stream.on('error', (fault: unknown) => {
      this.#fault ??= fault instanceof Error ? fault : new Error(String(fault));
      this.#end();
    });
    this.#stream.on('readable', () => {
      this.#gather();
    });
    this.#stream.on('end', () => {
      this.#end();
    });
    this.#stream.on('close', () => {
      this.#end();
    });
  }

  /** Whether the server has taken the subscription, which it says at once. */
  get answered(): boolean {
    return this.#answered;
  }

  /** What has arrived and was not read, up to so many messages. @throws what the subscription has failed with, once all is read */
  take(limit: number): readonly Received[] {
    const taken: Received[] = [];
    while (taken.length < limit) {
      const next: unknown = this.#stream.read();
      if (next === null) break;
      taken.push(next instanceof Mark ? next.received : { kind: 'event', event: next as AllStreamResolvedEvent });
    }
    if (taken.length === 0 && this.#fault !== undefined) throw this.#fault;
    return taken;
  }

  /** Waits until there is more to take, the subscription has ended, a signal is aborted, or nothing has come for so long. */
  async more(silentMs: number): Promise<Awaited> {
    if (this.request.signals.some(({ aborted }) => aborted)) return 'aborted';
    if (this.#stream.readableLength > 0) return 'received';
    if (this.#hasEnded) return 'ended';
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.('silent'), silentMs);
      this.#wake = (outcome) => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(outcome);
      };
    });
  }

  /** Ends the subscription; what it says afterwards is not heard. */
  leave(): void {
    for (const signal of this.request.signals) aborts.remove(signal, this.#onAbort);
    // A subscription that never came about has nothing to be cancelled, and says so.
    this.#stream.unsubscribe().catch(() => undefined);
  }

  readonly #onAbort = (): void => {
    this.#wake?.('aborted');
  };

  /** Messages come one by one; those that have arrived together are taken together. */
  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    setImmediate(() => {
      this.#gathering = false;
      if (this.#stream.readableLength > 0) this.#wake?.('received');
      else if (this.#hasEnded) this.#wake?.('ended');
    });
  }

  #end(): void {
    this.#hasEnded = true;
    this.#gather();
  }
}
