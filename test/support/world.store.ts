import type { Stores } from '../../src/composition/open-stores.js';
import type {
  AppendResult,
  EventStore,
  ExpectedRevision,
  ReadAllOptions,
  ReadStreamOptions,
  SubscribeOptions,
  SubscriptionMessage,
} from '../../src/event-sourcing/event-store.js';
import type { NewEvent, RecordedEvent } from '../../src/event-sourcing/event.js';
import type { Position } from '../../src/event-sourcing/position.js';

/** What a test may do around an append: wait, send other commands first, throw, or never answer. Or hold up subscribers. */
export interface StoreHooks {
  deliver?: () => Promise<void> | void;
  before?: (stream: string, events: readonly NewEvent[]) => Promise<void> | void;
  after?: (stream: string, events: readonly NewEvent[], result: AppendResult) => Promise<void> | void;
}

/** A promise that never comes: its process is gone. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

/** A real store with a test's hand on every append. */
export class WatchedStore implements EventStore {
  hooks: StoreHooks = {};
  #gone = false;

  constructor(private readonly inner: Stores['events']) {}

  /** From now on it answers nothing and nobody, like a store whose process was killed. */
  vanish(): void {
    this.#gone = true;
  }

  get storeId(): string {
    return this.inner.storeId;
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    await this.#here();
    await this.hooks.before?.(stream, events);
    await this.#here();
    const result = await this.inner.append(stream, expected, events);
    await this.hooks.after?.(stream, events, result);
    await this.#here();
    return result;
  }

  async readStream(stream: string, options?: ReadStreamOptions): Promise<readonly RecordedEvent[]> {
    await this.#here();
    return this.inner.readStream(stream, options);
  }

  async readAll(options?: ReadAllOptions): Promise<readonly RecordedEvent[]> {
    await this.#here();
    return this.inner.readAll(options);
  }

  async head(): Promise<Position | undefined> {
    await this.#here();
    return this.inner.head();
  }

  async *subscribeAll(options: SubscribeOptions): AsyncGenerator<SubscriptionMessage, void, undefined> {
    for await (const message of this.inner.subscribeAll(options)) {
      await this.#here();
      await this.hooks.deliver?.();
      yield message;
    }
    await this.#here();
  }

  health(): ReturnType<Stores['events']['health']> {
    return this.inner.health();
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  async #here(): Promise<void> {
    if (this.#gone) await never();
  }
}
