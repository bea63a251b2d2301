import { v4 as uuid } from 'uuid';
import type {
  AppendResult,
  EventStore,
  ExpectedRevision,
  ReadAllOptions,
  ReadStreamOptions,
  SubscribeOptions,
  SubscriptionMessage,
} from '../../event-sourcing/event-store.js';
import type { NewEvent } from '../../event-sourcing/event.js';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import type { Position } from '../../event-sourcing/position.js';
import type { AppendedEvent } from '../append-rules.js';
import { asRevision, expectedAsNumber, judgeAppend, requireStorable } from '../append-rules.js';
import { AppendSignal } from '../append-signal.js';
import { followLog } from '../follow-log.js';
import { fromPosition, isNumericPosition, toPosition } from '../numeric-position.js';
import { readLimit, streamRange } from '../read-range.js';
import { StoredEvent } from '../stored-event.js';

interface Entry extends AppendedEvent {
  readonly event: StoredEvent;
}

/**
 * The reference adapter: keeps everything in memory and forgets it with the process.
 *
 * Data and metadata go through JSON like everywhere else, so a test sees what a real store gives back.
 */
export class InMemoryEventStore implements EventStore {
  readonly storeId = uuid();
  readonly #log: StoredEvent[] = [];
  readonly #streams = new Map<string, Entry[]>();
  readonly #appended = new AppendSignal();
  #closed = false;

  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    return this.#promise(() => {
      requireStorable(stream, events);
      const entries = this.#streams.get(stream) ?? [];
      const head = entries.length - 1;
      if (events.length === 0) return this.#answer(entries, head);
      const from = expectedAsNumber(expected);
      const ids = events.map((event) => event.id);
      switch (judgeAppend(head, from, ids, (revision) => entries[revision])) {
        case 'conflict':
          return { kind: 'conflict', actual: asRevision(head) };
        case 'repeat':
          return this.#answer(entries, from + events.length);
        case 'append':
          return this.#write(stream, entries, events);
      }
    });
  }

  readStream(stream: string, options: ReadStreamOptions = {}): Promise<readonly StoredEvent[]> {
    return this.#promise(() => {
      const entries = this.#streams.get(stream) ?? [];
      const { first, last } = streamRange(entries.length - 1, options);
      const events = entries.slice(first, last + 1).map((entry) => entry.event);
      return options.direction === 'backwards' ? events.reverse() : events;
    });
  }

  readAll(options: ReadAllOptions = {}): Promise<readonly StoredEvent[]> {
    return this.#promise(() => this.#read(fromPosition(options.after), readLimit(options.limit)));
  }

  head(): Promise<Position | undefined> {
    return this.#promise(() => this.#log.at(-1)?.position);
  }

  end(): Promise<Position | undefined> {
    return this.head();
  }

  isPosition(text: string): boolean {
    return isNumericPosition(text);
  }

  subscribeAll(options: SubscribeOptions): AsyncIterable<SubscriptionMessage> {
    const log = { appended: this.#appended, read: (after: number, limit: number) => this.#read(after, limit) };
    return followLog(log, options);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#appended.fail(new StoreUnavailableError('the event store is closed'));
    return Promise.resolve();
  }

  #read(after: number, limit: number): StoredEvent[] {
    return this.#log.slice(after, after + limit);
  }

  #write(stream: string, entries: Entry[], events: readonly NewEvent[]): AppendResult {
    const written = events.map((event, index) => ({
      id: event.id,
      continues: index > 0,
      event: new StoredEvent(
        this.#log.length + 1 + index,
        stream,
        entries.length + index,
        event.id,
        event.type,
        JSON.stringify(event.metadata),
        JSON.stringify(event.data),
      ),
    }));
    for (const entry of written) {
      entries.push(entry);
      this.#log.push(entry.event);
    }
    this.#streams.set(stream, entries);
    this.#appended.raise();
    return this.#answer(entries, entries.length - 1);
  }

  #answer(entries: readonly Entry[], revision: number): AppendResult {
    const entry = entries[revision];
    if (entry === undefined) return { kind: 'conflict', actual: 'no-stream' };
    return { kind: 'appended', revision: BigInt(revision), position: toPosition(entry.event.sequence) };
  }

  #promise<T>(act: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.#closed) throw new StoreUnavailableError('the event store is closed');
      resolve(act());
    });
  }
}
