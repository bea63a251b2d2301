import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RecordedEvent } from '../../event-sourcing/event.js';
import type { EventReader } from '../../event-sourcing/event-store.js';
import { comparePositions, hasPassed } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import type { Clock } from '../../event-sourcing/subscriber-clock.js';
import type { FeedIndex } from './feed-index.js';
import type { FeedEvent, FeedMessage } from './feed-message.js';
import { IndexedFeed } from './indexed-feed.js';
import type { Listener } from './listener.js';
import { LiveTail } from './live-tail.js';
import { SlotFacts } from './slot-fact.js';
import { WorkspaceFeed } from './workspace-feed.js';

export interface CatalogFeedOptions {
  readonly reader: EventReader;
  readonly index: FeedIndex;
  /** The account of a workspace; `undefined` for an unknown one. */
  readonly accountOf: (workspace: string) => Promise<string | undefined>;
  /** Whether a text is a position of this store at all. */
  readonly isPosition: (text: string) => boolean;
  readonly clock: Clock;
  /** How many messages may wait for a slow listener before it is sent to look them up. Default 256. */
  readonly capacity?: number;
  /** How often those who hear nothing are told how far the log is. Default 15,000. */
  readonly positionEveryMs?: number;
  /** Events read from the log at once. Default 500. */
  readonly pageSize?: number;
}

export interface FollowOptions {
  readonly workspace: string;
  /** Begin after this position (exclusive). `undefined` for everything there ever was. */
  readonly after: Position | undefined;
  /** Aborting ends the iteration without an error. Each follower has one of its own. */
  readonly signal: AbortSignal;
}

/** Whether a feed can begin after a position: not if it is no position, or one that the log has not come to. */
export type PositionCheck = 'known' | 'malformed' | 'ahead';

/**
 * What changes in the catalogs of workspaces, for whoever wants to follow one.
 *
 * All followers together read the end of the log once. What lies before it is found by the index as far as that
 * reaches, and beyond by reading the log.
 */
export class CatalogFeed {
  readonly #facts = new SlotFacts();
  readonly #pageSize: number;
  #tail: Promise<LiveTail> | undefined;
  #running: { readonly tail: LiveTail; readonly ended: Promise<void> } | undefined;
  #cancelTick: (() => void) | undefined;
  #isClosed = false;

  constructor(private readonly options: CatalogFeedOptions) {
    this.#pageSize = options.pageSize ?? 500;
  }

  /** How many follow at the end of the log. */
  get listeners(): number {
    return this.#running?.tail.listeners ?? 0;
  }

  /** Where a feed that is to tell nothing of the past begins. */
  now(): Promise<Position | undefined> {
    return this.options.reader.head();
  }

  /** Whether {@link CatalogFeed.follow} can begin after this text. */
  async check(text: string): Promise<PositionCheck> {
    if (!this.options.isPosition(text)) return 'malformed';
    return hasPassed(await this.now(), text) ? 'known' : 'ahead';
  }

  /**
   * Everything in the feed of a workspace after a position, in order, each event once, and then what happens.
   *
   * The consumer pulls: while it does not, little is held for it, and it loses nothing. Ends when the signal is aborted
   * or the feed is closed.
   *
   * @example
   * for await (const message of feed.follow({ workspace: 'production', after, signal })) {
   *   if (message.kind === 'event') show(message.event);
   *   after = message.position;
   * }
   *
   * @throws StoreUnavailableError when the event store fails
   * @throws CorruptEventError at an event that cannot be read
   */
  async *follow({ workspace, after, signal }: FollowOptions): AsyncGenerator<FeedMessage, void, undefined> {
    let reached = after;
    let hasCaughtUp = false;
    while (!this.#isClosed) {
      const tail = await this.#live();
      const listener = yield* this.#catchUp(tail, workspace, reached, signal);
      if (listener === undefined) return;
      reached = listener.since;
      const leave = (): void => {
        listener.leave();
      };
      signal.addEventListener('abort', leave);
      if (signal.aborted) leave();
      try {
        if (!hasCaughtUp) yield { kind: 'caught-up', position: reached };
        hasCaughtUp = true;
        for (;;) {
          const heard = await listener.hear();
          if (heard.kind === 'ended') return;
          if (heard.kind === 'behind') break;
          for (const message of heard.messages) {
            reached = message.position ?? reached;
            yield message;
          }
        }
      } finally {
        signal.removeEventListener('abort', leave);
        leave();
      }
    }
  }

  /** Lets every follower end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTick?.();
    await this.#tail?.then(
      (tail) => {
        tail.stop();
      },
      () => undefined,
    );
    await this.#running?.ended;
  }

  /** Tells what lies between a position and the end of the log, and begins to listen there. `undefined` when aborted. */
  async *#catchUp(
    tail: LiveTail,
    workspace: string,
    after: Position | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<FeedMessage, Listener | undefined, undefined> {
    const joined = signal.aborted ? undefined : tail.join(workspace, after, undefined);
    if (joined !== undefined) return joined;

    const { index, reader } = this.options;
    const through = index.position;
    const begin = comparePositions(after, through) <= 0 ? after : through;
    const feed = await this.#feedAt(workspace, begin);
    let reached = begin;
    if (through !== undefined && begin !== through) {
      const log = { index, reader, facts: this.#facts };
      yield* new IndexedFeed(log, feed, begin, through).events(signal);
      reached = through;
    }

    while (!signal.aborted) {
      const listener = tail.join(workspace, reached, feed);
      if (listener !== undefined) return listener;
      const level = tail.levelOf(workspace);
      const page = await reader.readAll({ after: reached, limit: this.#pageSize });
      for (const recorded of page) {
        const fact = this.#facts.read(recorded);
        const event = fact && feed.take(fact);
        if (event !== undefined && !hasPassed(after, event.position)) yield messageOf(recorded, event);
      }
      // No event at all: everything up to where the end was before has been read.
      reached = page.at(-1)?.position ?? level;
      if (page.length === this.#pageSize) await nextTurn();
    }
    return undefined;
  }

  /** The feed as it stands at a position that the index has passed. */
  async #feedAt(workspace: string, position: Position | undefined): Promise<WorkspaceFeed> {
    const { index, accountOf } = this.options;
    const account = await accountOf(workspace);
    const shared = position === undefined ? [] : await index.sharedWith(workspace, position);
    return new WorkspaceFeed(workspace, account, shared);
  }

  #live(): Promise<LiveTail> {
    this.#tail ??= this.#start();
    return this.#tail;
  }

  async #start(): Promise<LiveTail> {
    const { reader, capacity = 256 } = this.options;
    const forget = (): void => {
      this.#forget();
    };
    try {
      const tail = new LiveTail(this.#facts, await reader.head(), capacity);
      this.#running = { tail, ended: tail.follow(reader).then(forget) };
      this.#tick(tail);
      return tail;
    } catch (fault) {
      forget();
      throw fault;
    }
  }

  /** Whoever comes next begins anew. */
  #forget(): void {
    this.#cancelTick?.();
    this.#tail = undefined;
    this.#running = undefined;
  }

  #tick(tail: LiveTail): void {
    const { clock, positionEveryMs = 15_000 } = this.options;
    this.#cancelTick = clock.after(positionEveryMs, () => {
      tail.tellPosition();
      this.#tick(tail);
    });
  }
}

function messageOf({ id, position }: RecordedEvent, event: FeedEvent): FeedMessage {
  return { kind: 'event', position, id, event };
}
