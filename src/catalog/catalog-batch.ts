import type { RecordedEvent } from '../event-sourcing/event.js';
import type { ProjectionRows, RowSet } from '../event-sourcing/projection.js';
import { imagesTable } from './catalog.tables.js';
import type { ImageRow } from './catalog.tables.js';
import { DeploymentRows } from './deployment-rows.js';
import { ShareRows } from './share-rows.js';
import { readSlotEvent } from './slot-event.js';
import type { SlotEvent } from './slot-event.js';
import { SlotInBatch } from './slot-in-batch.js';
import type { SlotNames } from './slot-names.js';
import { registeredHere, sharedIn } from './slot-rows.js';
import { TagRows } from './tag-rows.js';

/** The events of one batch that concern slots: taken in first, so that all rows come in one go, then applied. */
export class CatalogBatch {
  readonly #images: RowSet<ImageRow>;
  readonly #tags: TagRows;
  readonly #shares: ShareRows;
  readonly #deployments: DeploymentRows;
  readonly #names: SlotNames;
  readonly #slots = new Map<string, SlotInBatch>();
  readonly #events: SlotEvent[] = [];
  /** The slot of each event. */
  readonly #slotOfEvent: SlotInBatch[] = [];

  constructor(rows: ProjectionRows, names: SlotNames) {
    this.#images = rows.table(imagesTable);
    this.#tags = new TagRows(rows);
    this.#shares = new ShareRows(rows);
    this.#deployments = new DeploymentRows(rows);
    this.#names = names;
  }

  /** Takes an event in and notes which rows it will need. Skips what does not concern slots. */
  add(recorded: RecordedEvent): void {
    const slot = this.#slotOf(recorded.stream);
    if (slot === undefined) return;
    const read = readSlotEvent(recorded);
    if (read === undefined) return;
    this.#events.push(read);
    this.#slotOfEvent.push(slot);
    this.#expectRows(slot, read);
  }

  /** Applies everything taken in. */
  async apply(): Promise<void> {
    if (this.#events.length === 0) return;
    const slots = [...this.#slots.values()];
    await this.#images.load(slots.map(({ slot }) => [slot.workspace, slot.resourceType, slot.name]));
    await this.#tags.load();
    await this.#shares.load();
    await this.#deployments.load();
    for (const slot of slots) slot.open();
    for (const [index, read] of this.#events.entries()) {
      const slot = this.#slotOfEvent[index];
      if (slot !== undefined && !slot.hasApplied(read)) this.#applyOne(slot, read);
    }
    for (const slot of slots) slot.close();
  }

  #slotOf(stream: string): SlotInBatch | undefined {
    const known = this.#slots.get(stream);
    if (known !== undefined) return known;
    const named = this.#names.of(stream);
    if (named === undefined) return undefined;
    const slot = new SlotInBatch(named, this.#images);
    this.#slots.set(stream, slot);
    return slot;
  }

  #expectRows(slot: SlotInBatch, { event }: SlotEvent): void {
    switch (event.type) {
      case 'TagPushed':
        this.#tags.expect(slot, event.data);
        return;
      case 'ImageShared':
      case 'ImageUnshared':
      case 'ShareRequestDeclined':
      case 'ShareRequestExpired':
      case 'ShareRequestWithdrawn':
        this.#shares.expect(slot, event.data);
        return;
      case 'DeploymentRetired':
        this.#deployments.expect(slot, event.data);
        return;
      case 'ImageRegistered':
      case 'TagDeleted':
      case 'ImageDeleted':
      case 'ShareRequested':
      case 'SharedImageReceived':
      case 'SharedImageRevoked':
      case 'ImageDeployed':
        return;
    }
  }

  #applyOne(slot: SlotInBatch, read: SlotEvent): void {
    const { event } = read;
    switch (event.type) {
      case 'ImageRegistered':
        slot.fill(registeredHere(event.data), read);
        return;
      case 'SharedImageReceived':
        slot.fill(sharedIn(event.data), read);
        return;
      case 'ImageDeleted':
        this.#tags.clear(slot);
        this.#shares.clear(slot);
        this.#deployments.clear(slot);
        slot.empty();
        return;
      case 'SharedImageRevoked':
        this.#deployments.clear(slot);
        slot.empty();
        return;
      case 'TagPushed':
        this.#tags.push(slot, read, event.data);
        return;
      case 'TagDeleted':
        this.#tags.delete(slot, read, event.data);
        return;
      case 'ShareRequested':
        this.#shares.request(slot, read, event.data);
        return;
      case 'ImageShared':
        this.#shares.activate(slot, read, event.data);
        return;
      case 'ImageUnshared':
      case 'ShareRequestDeclined':
      case 'ShareRequestExpired':
      case 'ShareRequestWithdrawn':
        this.#shares.end(slot, read, event.data);
        return;
      case 'ImageDeployed':
        this.#deployments.deploy(slot, read, event.data);
        return;
      case 'DeploymentRetired':
        this.#deployments.retire(slot, read, event.data);
        return;
    }
  }
}
