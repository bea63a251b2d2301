import type { AllStreamResolvedEvent, RecordedEvent as ServerEvent } from '@eventstore/db-client';
import type {
  AppendResult,
  EventStore,
  ExpectedRevision,
  ReadAllOptions,
  ReadStreamOptions,
  SubscribeOptions,
  SubscriptionMessage,
} from '../../event-sourcing/event-store.js';
import type { NewEvent, RecordedEvent } from '../../event-sourcing/event.js';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import { comparePositions } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import { requireStorable } from '../append-rules.js';
import type { EventStoreHealth } from '../event-store-health.js';
import { readLimit } from '../read-range.js';
import { requireSendable } from './append-messages.js';
import type { ProposedEvent } from './append-messages.js';
import { SteadyClient } from './eventstoredb.client.js';
import { EventStoreDbConnection } from './eventstoredb.connection.js';
import type { ConnectionTimes } from './eventstoredb.connection.js';
import { eventOf, fromServerEvent, placeOf, toProposedEvent } from './eventstoredb.events.js';
import { fromPosition, isLogPosition, toPosition } from './eventstoredb.position.js';
import type { LogPosition } from './eventstoredb.position.js';
import { followServerLog } from './followed-log.js';
import { LogEnd } from './log-end.js';
import { readPage, readStreamPage } from './log-pages.js';
import { cannotOpen } from './opening-fault.js';
import { storeIdentity } from './store-identity.js';

export interface EventStoreDbOptions {
  /** `esdb://` or `kurrentdb://`, one host or several, as the client library takes it. */
  readonly connectionString: string;
  /** The beginnings of the names of all streams of ours; the rest of the log is somebody else's. */
  readonly categories: readonly string[];
  /** Put before the name of every stream, so that several services can share one server. Default: nothing. */
  readonly prefix?: string;
  readonly times?: Partial<ConnectionTimes>;
}

const largestRevision = 2n ** 63n - 1n;
const pageSize = 500;
const silentMs = 3_000;

/** Whoever asks how the store is doing after it was silent for so long makes this process find out. */
const staleMs = 2_000;

/**
 * The store at scale: EventStoreDB or KurrentDB, through its client library.
 *
 * Never sets metadata, access rights or limits of streams; leaves foreign streams, system events and links alone.
 */
export class EventStoreDbEventStore implements EventStore {
  readonly #prefixes: readonly string[];
  readonly #end: LogEnd;
  #pending = 0;
  #onIdle: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    readonly storeId: string,
    private readonly connection: EventStoreDbConnection,
    private readonly prefix: string,
    categories: readonly string[],
  ) {
    this.#prefixes = categories.map((category) => prefix + category);
    this.#end = new LogEnd(connection, (resolved) => this.#ours(resolved));
  }

  /**
   * Connects, and gives the store an identity when it has none.
   *
   * @throws Error when the server cannot be reached or refuses; says why
   */
  static async open({
    connectionString,
    categories,
    prefix = '',
    times,
  }: EventStoreDbOptions): Promise<EventStoreDbEventStore> {
    const connection = connectionTo(connectionString, times);
    try {
      const storeId = await storeIdentity(connection, `tagalong-store${prefix === '' ? '' : `-${prefix}`}`);
      const store = new EventStoreDbEventStore(storeId, connection, prefix, categories);
      await store.end();
      return store;
    } catch (thrown) {
      await connection.close();
      throw cannotOpen(connectionString, thrown);
    }
  }

  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    return this.#accept(async () => {
      requireStorable(stream, events);
      const proposed = events.map(toProposedEvent);
      requireSendable(proposed);
      const name = this.prefix + stream;
      if (events.length === 0) return this.#standing(name);
      if (expected !== 'no-stream' && (expected < 0n || expected > largestRevision)) {
        const standing = await this.#standing(name);
        return standing.kind === 'appended' ? { kind: 'conflict', actual: standing.revision } : standing;
      }
      return this.#append(name, expected, proposed);
    });
  }

  readStream(stream: string, options: ReadStreamOptions = {}): Promise<readonly RecordedEvent[]> {
    return this.#accept(() => this.#readStream(this.prefix + stream, options));
  }

  readAll({ after, limit }: ReadAllOptions = {}): Promise<readonly RecordedEvent[]> {
    return this.#accept(async () => {
      const wanted = readLimit(limit);
      const found: RecordedEvent[] = [];
      let from = after === undefined ? undefined : fromPosition(after);
      let passed = after;
      while (found.length < wanted) {
        const events = await this.connection.call('read', 'read the log', (client, heard) =>
          readPage({ client, heard }, from, 'forwards', pageSize),
        );
        for (const resolved of events) {
          const event = this.#ours(resolved);
          if (event === undefined || comparePositions(event.position, passed) <= 0) continue;
          if (found.length < wanted) found.push(event);
          passed = event.position;
        }
        const last = placeOf(events.at(-1));
        // The next page begins with the event that this one has ended with.
        if (last === undefined || events.length < pageSize) break;
        from = last;
      }
      this.#end.note(found.at(-1)?.position);
      return found;
    });
  }

  head(): Promise<Position | undefined> {
    return this.#accept(() => this.#end.head());
  }

  end(): Promise<Position | undefined> {
    return this.#accept(() => this.#readEnd());
  }

  isPosition(text: string): boolean {
    return isLogPosition(text);
  }

  subscribeAll(options: SubscribeOptions): AsyncIterable<SubscriptionMessage> {
    return followServerLog(
      {
        connection: this.connection,
        prefixes: this.#prefixes,
        read: ({ event }) => this.#ours(event),
        head: () => this.head(),
        end: () => this.end(),
        silentMs,
      },
      options,
    );
  }

  /**
   * How the store is doing, as far as this process knows; if it has not heard of it for a while, it finds out for the
   * next time this is asked. Cheap enough to be asked often.
   */
  health(): EventStoreHealth {
    const { trouble } = this.connection;
    if (trouble.silentMs > staleMs) {
      this.connection.probe((client, heard) => readPage({ client, heard }, undefined, 'backwards', 1));
    }
    return { fault: trouble.now, pendingAppends: this.#pending };
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.#pending === 0) resolve();
      else this.#onIdle = resolve;
    });
    await this.connection.close();
  }

  async #append(stream: string, expected: ExpectedRevision, events: readonly ProposedEvent[]): Promise<AppendResult> {
    const answer = await this.connection.call('append', 'append events', (client) =>
      client.append({ stream, expected, events }),
    );
    if (answer.kind === 'conflict') return answer;
    const { revision } = answer;
    const position =
      answer.position === undefined ? await this.#positionAt(stream, revision) : toPosition(answer.position);
    return { kind: 'appended', revision, position: this.#end.note(position) };
  }

  async #positionAt(stream: string, revision: bigint): Promise<Position> {
    const [event] = await this.#readStream(stream, { from: revision, limit: 1 });
    if (event === undefined)
      throw new Error(`the event store has taken revision ${revision} of ${stream}, but does not have it`);
    return event.position;
  }

  async #readEnd(): Promise<Position | undefined> {
    const [last] = await this.connection.call('read', 'read the end of the log', (client, heard) =>
      readPage({ client, heard }, undefined, 'backwards', 1),
    );
    const position = placeOf(last);
    return position === undefined ? undefined : toPosition(position);
  }

  /** Where a stream is, as the answer to an append of nothing. */
  async #standing(stream: string): Promise<AppendResult> {
    const [last] = await this.#readStream(stream, { direction: 'backwards', limit: 1 });
    return last === undefined
      ? { kind: 'conflict', actual: 'no-stream' }
      : { kind: 'appended', revision: last.revision, position: last.position };
  }

  async #readStream(stream: string, options: ReadStreamOptions): Promise<readonly RecordedEvent[]> {
    const { from, direction = 'forwards' } = options;
    let rest = readLimit(options.limit);
    let next = from === undefined ? undefined : direction === 'forwards' && from < 0n ? 0n : from;
    const found: RecordedEvent[] = [];
    while (rest > 0 && (next === undefined || (next >= 0n && next <= largestRevision))) {
      const size = Math.min(rest, pageSize);
      const events = await this.connection.call('read', 'read a stream', (client, heard) =>
        readStreamPage({ client, heard }, stream, next, direction, size),
      );
      for (const resolved of events) {
        const event = eventOf(resolved);
        if (event?.position !== undefined) found.push(this.#recorded(event, event.position));
      }
      rest -= size;
      const last = events.at(-1)?.event?.revision;
      if (last === undefined && found.length === 0 && direction === 'backwards' && next !== undefined) {
        // The page asked for may lie beyond the end as a whole.
        const [newest] = await this.#readStream(stream, { direction, limit: 1 });
        if (newest === undefined || newest.revision >= next) break;
        next = newest.revision;
        rest += size;
        continue;
      }
      if (last === undefined || events.length < size) break;
      next = direction === 'forwards' ? last + 1n : last - 1n;
    }
    return found;
  }

  #ours(resolved: AllStreamResolvedEvent): RecordedEvent | undefined {
    const event = eventOf(resolved);
    const position = placeOf(resolved);
    if (event === undefined || position === undefined) return undefined;
    // A tombstone stands in the stream it ends.
    if (event.type.startsWith('$')) return undefined;
    if (!this.#prefixes.some((prefix) => event.streamId.startsWith(prefix))) return undefined;
    return this.#recorded(event, position);
  }

  #recorded(event: ServerEvent, position: LogPosition): RecordedEvent {
    return fromServerEvent(event, position, event.streamId.slice(this.prefix.length));
  }

  /** What was accepted is finished before the store closes. */
  async #accept<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new StoreUnavailableError('the event store is closed');
    this.#pending += 1;
    try {
      return await work();
    } finally {
      this.#pending -= 1;
      if (this.#pending === 0) this.#onIdle?.();
    }
  }
}

function connectionTo(connectionString: string, times: Partial<ConnectionTimes> | undefined): EventStoreDbConnection {
  try {
    return new EventStoreDbConnection((nth) => SteadyClient.to(connectionString, nth), times);
  } catch (thrown) {
    throw cannotOpen(connectionString, thrown);
  }
}
