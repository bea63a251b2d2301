import type { Slot } from '../../vocabulary/slot.js';
import { slotIn } from '../../vocabulary/slot.js';
import { asksTarget, comesAlong, ownEvent } from './feed-events.js';
import type { FeedEvent } from './feed-message.js';
import type { SlotFact } from './slot-fact.js';

/** An image that is shared with a workspace: its slot at the source. */
export type SharedImage = Slot;

/**
 * Tells, event by event in the order of the log, what is in the feed of one workspace.
 *
 * An event of another workspace's slot belongs to it while this workspace has that image: from `SharedImageReceived`
 * to `SharedImageRevoked` in its own slot.
 */
export class WorkspaceFeed {
  /** By type and name, which are the same here and at the source. */
  readonly #shared = new Map<string, SharedImage>();

  /**
   * @param account the account that the workspace is in
   * @param shared what is shared with the workspace where the feed begins
   */
  constructor(
    readonly workspace: string,
    private readonly account: string | undefined,
    shared: Iterable<SharedImage>,
  ) {
    for (const source of shared) this.#shared.set(nameOf(source), source);
  }

  /** The owner of what this workspace has under that type and name, if it is shared with it. */
  ownerOf(slot: Slot): string | undefined {
    return this.#shared.get(nameOf(slot))?.workspace;
  }

  /** The slots whose tags come along. */
  get sources(): Iterable<Slot> {
    return this.#shared.values();
  }

  /** What the next event of the log is in this feed; `undefined` when it is not in it. */
  take(fact: SlotFact): FeedEvent | undefined {
    const { slot, event } = fact;
    const owner = this.ownerOf(slot);
    if (slot.workspace !== this.workspace) {
      const along = owner === slot.workspace ? comesAlong(fact, this.workspace) : undefined;
      return along ?? asksTarget(fact, this.workspace);
    }
    if (event.type === 'SharedImageReceived') this.#shared.set(nameOf(slot), slotIn(event.data.source, slot));
    if (event.type === 'SharedImageRevoked') this.#shared.delete(nameOf(slot));
    return ownEvent(fact, { account: this.account, owner });
  }
}

function nameOf({ resourceType, name }: Slot): string {
  return `${resourceType}/${name}`;
}
