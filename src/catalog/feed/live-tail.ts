import type { EventReader } from '../../event-sourcing/event-store.js';
import type { RecordedEvent } from '../../event-sourcing/event.js';
import { comparePositions, hasPassed } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import { slotIn, slotLabel } from '../../vocabulary/slot.js';
import type { FeedMessage } from './feed-message.js';
import { Listener } from './listener.js';
import type { SlotFact, SlotFacts } from './slot-fact.js';
import type { WorkspaceFeed } from './workspace-feed.js';

/** Everybody who listens to one workspace. */
interface Channel {
  readonly feed: WorkspaceFeed;
  /** The feed has been taken along to here already; events up to it are old. */
  readonly since: Position | undefined;
  readonly listeners: Set<Listener>;
}

/**
 * The end of the log, followed once for all who listen.
 *
 * An event is looked at only for workspaces somebody listens to: its own, those it is shared with, the one it asks.
 * How many others an image is shared with makes no difference. Joining and passing an event on happen each in one turn
 * of the event loop, so that a listener that has read everything up to {@link LiveTail.levelOf} misses nothing.
 */
export class LiveTail {
  readonly #channels = new Map<string, Channel>();
  /** By the label of a source's slot: the workspaces its tags come along to. */
  readonly #bySource = new Map<string, Set<Channel>>();
  readonly #abort = new AbortController();
  #fault: Error | undefined;
  #hasEnded = false;

  /**
   * @param position where it begins
   * @param capacity how many messages a listener may leave waiting
   */
  constructor(
    private readonly facts: SlotFacts,
    private position: Position | undefined,
    private readonly capacity: number,
  ) {}

  /** Follows the log from the tail's position until it is stopped or the store fails. Never rejects. */
  async follow(reader: Pick<EventReader, 'subscribeAll'>): Promise<void> {
    const { signal } = this.#abort;
    try {
      for await (const message of reader.subscribeAll({ after: this.position, signal })) {
        if (message.kind === 'events') for (const recorded of message.events) this.#passOn(recorded);
        if (comparePositions(message.position, this.position) > 0) this.position = message.position;
      }
    } catch (fault) {
      this.#fault = fault instanceof Error ? fault : new Error(String(fault));
    }
    this.#hasEnded = true;
    for (const listener of this.#everybody()) listener.end(this.#fault);
  }

  /** Lets every listener end. */
  stop(): void {
    this.#abort.abort();
  }

  /** How many listen. */
  get listeners(): number {
    let count = 0;
    for (const channel of this.#channels.values()) count += channel.listeners.size;
    return count;
  }

  /** How far somebody must have read to join those who listen to a workspace. */
  levelOf(workspace: string): Position | undefined {
    const since = this.#channels.get(workspace)?.since;
    return comparePositions(since, this.position) > 0 ? since : this.position;
  }

  /**
   * Begins to listen, if that can be done without missing anything.
   *
   * @param reached everything up to here has been read
   * @param feed as it is there; not needed while somebody else listens to the workspace
   * @returns undefined when more has to be read first
   * @throws what the store failed with
   */
  join(workspace: string, reached: Position | undefined, feed: WorkspaceFeed | undefined): Listener | undefined {
    if (this.#fault !== undefined) throw this.#fault;
    if (!hasPassed(reached, this.levelOf(workspace))) return undefined;
    const channel = this.#channels.get(workspace) ?? (feed && this.#open(feed, reached));
    if (channel === undefined) return undefined;
    const listener = new Listener(reached, this.capacity, (one) => {
      channel.listeners.delete(one);
      if (channel.listeners.size === 0) this.#close(channel);
    });
    channel.listeners.add(listener);
    if (this.#hasEnded) listener.end();
    return listener;
  }

  /** Tells those who have nothing to read how far the log is by now. */
  tellPosition(): void {
    const { position } = this;
    if (position === undefined) return;
    const message: FeedMessage = { kind: 'position', position };
    for (const listener of this.#everybody()) if (listener.isIdle) listener.say(message);
  }

  #passOn(recorded: RecordedEvent): void {
    if (this.#channels.size === 0) return;
    const named = this.facts.slotOf(recorded);
    if (named === undefined) return;
    const own = this.#channels.get(named.slot.workspace);
    const along = this.#bySource.get(named.label);
    if (own === undefined && along === undefined && !asks.has(recorded.type)) return;

    const concerned = new Set(along);
    if (own !== undefined) concerned.add(own);
    try {
      const fact = this.facts.read(recorded);
      if (fact === undefined) return;
      const asked = 'target' in fact.event.data ? this.#channels.get(fact.event.data.target) : undefined;
      if (asked !== undefined) concerned.add(asked);
      for (const channel of concerned) this.#tell(channel, fact);
    } catch (fault) {
      // An event that cannot be read ends only the feeds that it may belong to.
      for (const { listeners } of concerned) for (const listener of [...listeners]) listener.end(fault);
    }
  }

  #tell(channel: Channel, fact: SlotFact): void {
    if (hasPassed(channel.since, fact.position)) return;
    const { feed, listeners } = channel;
    const before = feed.ownerOf(fact.slot);
    const event = feed.take(fact);
    const owner = feed.ownerOf(fact.slot);
    if (owner !== before) {
      if (before !== undefined) this.#unfollow(channel, slotLabel(slotIn(before, fact.slot)));
      if (owner !== undefined) this.#follow(channel, slotLabel(slotIn(owner, fact.slot)));
    }
    if (event === undefined) return;
    const message: FeedMessage = { kind: 'event', position: fact.position, id: fact.id, event };
    for (const listener of [...listeners]) listener.say(message);
  }

  #open(feed: WorkspaceFeed, since: Position | undefined): Channel {
    const channel: Channel = { feed, since, listeners: new Set() };
    this.#channels.set(feed.workspace, channel);
    for (const source of feed.sources) this.#follow(channel, slotLabel(source));
    return channel;
  }

  #close(channel: Channel): void {
    this.#channels.delete(channel.feed.workspace);
    for (const source of channel.feed.sources) this.#unfollow(channel, slotLabel(source));
  }

  #follow(channel: Channel, source: string): void {
    const channels = this.#bySource.get(source);
    if (channels === undefined) this.#bySource.set(source, new Set([channel]));
    else channels.add(channel);
  }

  #unfollow(channel: Channel, source: string): void {
    const channels = this.#bySource.get(source);
    channels?.delete(channel);
    if (channels?.size === 0) this.#bySource.delete(source);
  }

  *#everybody(): Generator<Listener> {
    for (const { listeners } of [...this.#channels.values()]) yield* [...listeners];
  }
}

/** What may be in the feed of a workspace that is only named in the event. */
const asks: ReadonlySet<string> = new Set([
  'ShareRequested',
  'ShareRequestDeclined',
  'ShareRequestExpired',
  'ShareRequestWithdrawn',
  'ImageUnshared',
]);
