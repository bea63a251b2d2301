import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { auditProjection } from '../../../src/audit/audit.projection.js';
import type { AuditTables } from '../../../src/audit/audit.tables.js';
import { CatalogFeed } from '../../../src/catalog/feed/catalog-feed.js';
import type { CatalogFeedOptions } from '../../../src/catalog/feed/catalog-feed.js';
import type { FeedEvent, FeedMessage } from '../../../src/catalog/feed/feed-message.js';
import { SqlFeedIndex } from '../../../src/catalog/feed/sql.feed-index.js';
import { catalogHistoryProjection } from '../../../src/catalog/history/catalog-history.projection.js';
import type { CatalogHistorySchema } from '../../../src/catalog/history/history.tables.js';
import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import { readMetadata } from '../../../src/event-sourcing/codec.js';
import type { Position } from '../../../src/event-sourcing/position.js';
import type { JsonObject } from '../../../src/event-sourcing/json.js';
import { InMemoryEventStore } from '../../../src/event-store/in-memory/in-memory.event-store.js';
import { isNumericPosition } from '../../../src/event-store/numeric-position.js';
import type { ReadModel } from '../../../src/read-model/read-model.js';
import { ManualClock } from '../../support/manual-clock.js';
import { projected } from '../../support/projected.js';

type Tables = AuditTables & CatalogHistorySchema;

/** A log that grows while a feed over it is followed. The index knows it as far as it was told to. */
export class FollowedLog {
  readonly store = new InMemoryEventStore();
  readonly clock = new ManualClock();
  #readModel: ReadModel<Tables> | undefined;
  #indexed: Position | undefined;

  /** Appends events as another log has them; positions come out the same when all are appended in order. */
  async append(events: readonly RecordedEvent[]): Promise<void> {
    for (const { stream, revision, type, data, metadata } of events) {
      const recorded = { metadata } as RecordedEvent;
      await this.store.append(stream, revision === 0n ? 'no-stream' : revision - 1n, [
        { id: randomUUID(), type, data: data as JsonObject, metadata: readMetadata(recorded) },
      ]);
    }
  }

  /** Builds the index over everything there is now. It does not grow by itself. */
  async index(): Promise<void> {
    await this.#readModel?.close();
    this.#readModel = await projected<Tables>(this.store, [auditProjection, catalogHistoryProjection()]);
    this.#indexed = await this.store.head();
  }

  async feed(options: Partial<CatalogFeedOptions> = {}): Promise<CatalogFeed> {
    if (this.#readModel === undefined) await this.index();
    const readModel = this.#readModel;
    if (readModel === undefined) throw new Error('there is no index');
    return new CatalogFeed({
      reader: this.store,
      index: new SqlFeedIndex(readModel, () => this.#indexed),
      accountOf: () => Promise.resolve('account-1'),
      isPosition: isNumericPosition,
      clock: this.clock,
      ...options,
    });
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.#readModel?.close();
  }
}

/** Reads a feed in the background, as fast as it is let. */
export class Follower {
  readonly messages: FeedMessage[] = [];
  readonly ended: Promise<void>;
  readonly #abort = new AbortController();

  /** @param pause called between two messages */
  constructor(
    feed: CatalogFeed,
    workspace: string,
    after: Position | undefined,
    pause: () => Promise<void> = () => Promise.resolve(),
  ) {
    const { signal } = this.#abort;
    this.ended = (async () => {
      for await (const message of feed.follow({ workspace, after, signal })) {
        this.messages.push(message);
        await pause();
      }
    })();
    // Whoever waits for the end hears of a fault; nobody has to.
    this.ended.catch(() => undefined);
  }

  get events(): readonly FeedEvent[] {
    return this.messages.flatMap((message) => (message.kind === 'event' ? [message.event] : []));
  }

  /** Waits until it holds, in turns of the event loop at first, then with pauses for a database that has to answer. */
  async until(holds: (follower: this) => boolean): Promise<void> {
    for (let turn = 0; turn < 20_000; turn++) {
      if (holds(this)) return;
      await (turn < 2_000 ? nextTurn() : sleep(1));
    }
    throw new Error(`it never came: ${JSON.stringify(this.messages.slice(-3))}`);
  }

  untilCaughtUp(): Promise<void> {
    return this.until(({ messages }) => messages.some(({ kind }) => kind === 'caught-up'));
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }
}
