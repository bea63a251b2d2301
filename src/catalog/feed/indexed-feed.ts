import { setImmediate as nextTurn } from 'node:timers/promises';
import { readRecorded } from '../../audit/event-places.js';
import type { EventReader } from '../../event-sourcing/event-store.js';
import type { Position } from '../../event-sourcing/position.js';
import { imageCodec } from '../../images/domain/image.codec.js';
import type { Slot } from '../../vocabulary/slot.js';
import { slotIn } from '../../vocabulary/slot.js';
import type { FeedIndex } from './feed-index.js';
import type { EventMessage, FeedEvent } from './feed-message.js';
import { MergedPlaces, Strand } from './merged-places.js';
import type { SlotFact, SlotFacts } from './slot-fact.js';
import type { WorkspaceFeed } from './workspace-feed.js';

/** Where to look, and how to read what is found. */
export interface IndexedLog {
  readonly index: FeedIndex;
  readonly reader: Pick<EventReader, 'readStream'>;
  readonly facts: SlotFacts;
}

const batchSize = 128;
/** So many questions to the index between two turns of the event loop. */
const questionsPerTurn = 100;

/**
 * The events of a feed in a part of the log that the index knows, found by its own slots, by who asks it, and by each
 * image that is shared with it while it is. Costs as much as there is to tell, however long that part is.
 */
export class IndexedFeed {
  readonly #merged = new MergedPlaces();
  /** What comes along, by the name of the image. */
  readonly #sources = new Map<string, Strand>();

  /**
   * @param feed at the beginning of the part; taken along to its end
   * @param through the last position, which the index has passed
   */
  constructor(
    private readonly log: IndexedLog,
    private readonly feed: WorkspaceFeed,
    private readonly after: Position | undefined,
    private readonly through: Position,
  ) {}

  async *events(signal: AbortSignal): AsyncGenerator<EventMessage, void, undefined> {
    await this.#begin(signal);
    for (;;) {
      const places = await this.#merged.take(batchSize);
      if (places.length === 0 || signal.aborted) return;
      for (const recorded of await readRecorded(this.log.reader, places)) {
        const fact = this.log.facts.read(recorded);
        const event = fact && (await this.#take(fact));
        if (event !== undefined) yield { kind: 'event', position: recorded.position, id: recorded.id, event };
      }
      await nextTurn();
    }
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const { index } = this.log;
    const { workspace } = this.feed;
    for (const type of imageCodec.types) {
      // What is shared from there on is looked for from there on, so nothing later may have been taken before.
      const isShared = type === 'SharedImageReceived';
      await this.#add((stretch) => index.own(workspace, type, stretch), this.after, isShared);
    }
    await this.#add((stretch) => index.asking(workspace, stretch), this.after);
    let questions = 0;
    for (const source of [...this.feed.sources]) {
      await this.#follow(source, this.after);
      questions += 1;
      if (questions % questionsPerTurn === 0) await nextTurn();
      if (signal.aborted) return;
    }
  }

  async #take(fact: SlotFact): Promise<FeedEvent | undefined> {
    const before = this.feed.ownerOf(fact.slot);
    const event = this.feed.take(fact);
    const owner = this.feed.ownerOf(fact.slot);
    if (owner !== before) {
      this.#sources.get(nameOf(fact.slot))?.close();
      if (owner !== undefined) await this.#follow(slotIn(owner, fact.slot), fact.position);
    }
    return event;
  }

  async #follow(source: Slot, after: Position | undefined): Promise<void> {
    const strand = await this.#add((stretch) => this.log.index.comingAlong(source, stretch), after);
    this.#sources.set(nameOf(source), strand);
  }

  async #add(
    find: ConstructorParameters<typeof Strand>[0],
    after: Position | undefined,
    cutsBatches?: boolean,
  ): Promise<Strand> {
    const strand = new Strand(find, after, this.through, cutsBatches);
    await this.#merged.add(strand);
    return strand;
  }
}

function nameOf({ resourceType, name }: Slot): string {
  return `${resourceType}/${name}`;
}
