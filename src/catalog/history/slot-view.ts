import { z } from 'zod';
import type { Slot } from '../../vocabulary/slot.js';
import { slotLabel } from '../../vocabulary/slot.js';
import type { ImageRow, TagRow } from '../catalog.tables.js';
import type { SlotEvent } from '../slot-event.js';
import { filledSlot, pushedTag, registeredHere, sharedIn } from '../slot-rows.js';

/** What a slot showed: the rows the catalog had then. */
export interface SlotContent {
  /** Absent for an empty slot. */
  readonly image: ImageRow | undefined;
  /** By name; of an owned image only. */
  readonly tags: ReadonlyMap<string, TagRow>;
}

const nullableText = z.string().nullable();

const imageRow = z.strictObject({
  workspace: z.string(),
  resource_type: z.string(),
  name: z.string(),
  source_workspace: nullableText,
  share_id: nullableText,
  reference: nullableText,
  created_at: z.string(),
  updated_at: z.string(),
  last_deployed_at: nullableText,
  latest_tag: nullableText,
  changed_position: z.string(),
}) satisfies z.ZodType<ImageRow>;

const tagRow = z.strictObject({
  slot: z.string(),
  tag: z.string(),
  digest: z.string(),
  size: z.number(),
  media_type: nullableText,
  platforms: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  pushed_by: z.string(),
  position: z.string(),
  previous_digest: nullableText,
}) satisfies z.ZodType<TagRow>;

const snapshot = z.strictObject({ image: imageRow.nullable(), tags: z.array(tagRow) });

/** Folds the changes of one slot into what it shows. */
export class SlotView implements SlotContent {
  #image: ImageRow | undefined;
  #tags = new Map<string, TagRow>();
  readonly #label: string;

  constructor(private readonly slot: Slot) {
    this.#label = slotLabel(slot);
  }

  get image(): ImageRow | undefined {
    return this.#image;
  }

  get tags(): ReadonlyMap<string, TagRow> {
    return this.#tags;
  }

  /** The view a snapshot kept. */
  static fromSnapshot(slot: Slot, text: string): SlotView {
    const { image, tags } = snapshot.parse(JSON.parse(text));
    const view = new SlotView(slot);
    view.#image = image ?? undefined;
    view.#tags = new Map(tags.map((tag) => [tag.tag, tag]));
    return view;
  }

  toSnapshot(): string {
    return JSON.stringify({ image: this.#image ?? null, tags: [...this.#tags.values()] });
  }

  /** Takes in the next change. */
  apply(read: SlotEvent): void {
    const { event, at, position } = read;
    switch (event.type) {
      case 'ImageRegistered':
        this.#fill(filledSlot(this.slot, read, registeredHere(event.data)));
        return;
      case 'SharedImageReceived':
        this.#fill(filledSlot(this.slot, read, sharedIn(event.data)));
        return;
      case 'ImageDeleted':
      case 'SharedImageRevoked':
        this.#fill(undefined);
        return;
      case 'TagPushed': {
        const { tag } = event.data;
        this.#tags.set(tag, pushedTag(this.#label, read, event.data, this.#tags.get(tag)));
        this.#change({ updated_at: at, latest_tag: tag, changed_position: position });
        return;
      }
      case 'TagDeleted': {
        const { tag } = event.data;
        this.#tags.delete(tag);
        const latest = this.#image?.latest_tag === tag ? null : (this.#image?.latest_tag ?? null);
        this.#change({ updated_at: at, latest_tag: latest, changed_position: position });
        return;
      }
      case 'ImageDeployed':
        this.#change({ last_deployed_at: at, changed_position: position });
        return;
      case 'ImageShared':
      case 'ImageUnshared':
      case 'ShareRequested':
      case 'ShareRequestDeclined':
      case 'ShareRequestExpired':
      case 'ShareRequestWithdrawn':
      case 'DeploymentRetired':
        return;
    }
  }

  #fill(image: ImageRow | undefined): void {
    this.#image = image;
    this.#tags.clear();
  }

  #change(change: Partial<ImageRow>): void {
    if (this.#image !== undefined) this.#image = { ...this.#image, ...change };
  }
}
