import type { Position } from '../../event-sourcing/position.js';
import type { PreparedQuery } from '../../read-model/prepared-query.js';
import type { Slot } from '../../vocabulary/slot.js';
import { slotIn, slotLabel } from '../../vocabulary/slot.js';
import { writeImageCursor } from '../queries/image-cursor.js';
import type { ImagePage } from '../queries/image.queries.js';
import type { ImageFilter } from '../queries/image-page.query.js';
import type { QuerySource } from '../queries/query-source.js';
import { renderContent } from '../view/rendered-image.js';
import type { ImageRenderer, Rendered } from '../view/rendered-image.js';
import type { CatalogHistorySchema, MomentRow, SlotChangeRow, SlotSnapshotRow } from './history.tables.js';
import { PresenceQuery } from './presence.query.js';
import { readChange } from './slot-change.js';
import { SlotView } from './slot-view.js';
import type { SlotContent } from './slot-view.js';

/** Which images to list as they were. With whom images were shared then is a question for the audit. */
export type PastImageFilter = Omit<ImageFilter, 'shared'>;

type AtPosition = Readonly<{ slot: string; position: string }>;

/** What the images of a workspace were at a position of the log. */
export class HistoryQueries {
  readonly #presence: PresenceQuery;
  readonly #moment: PreparedQuery<{ readonly time: string }, Pick<MomentRow, 'position'>>;
  readonly #snapshot: PreparedQuery<AtPosition, SlotSnapshotRow>;
  readonly #changes: PreparedQuery<AtPosition & { readonly since: string }, SlotChangeRow>;

  constructor(
    source: QuerySource<CatalogHistorySchema>,
    private readonly renderer: ImageRenderer,
  ) {
    this.#presence = new PresenceQuery(source);
    this.#moment = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_moments')
        .select('position')
        .where('at', '<=', value('time'))
        .orderBy('at', 'desc')
        .limit(1),
    );
    this.#snapshot = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_slot_snapshots')
        .selectAll()
        .where('slot', '=', value('slot'))
        .where('position', '<=', value('position'))
        .orderBy('position', 'desc')
        .limit(1),
    );
    this.#changes = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_slot_changes')
        .selectAll()
        .where('slot', '=', value('slot'))
        .where('since', '=', value('since'))
        .where('position', '<=', value('position'))
        .orderBy('position'),
    );
  }

  /**
   * Where the log stood at a time (RFC 3339 in UTC with milliseconds): after the last change of an image that had
   * happened by then. `undefined` before the first one.
   */
  async positionAt(time: string): Promise<Position | undefined> {
    return (await this.#moment.first({ time }))?.position;
  }

  /** What a workspace saw after the event at a position. */
  async list(workspace: string, position: Position, filter: PastImageFilter = {}): Promise<ImagePage> {
    const { slots, more } = await this.#presence.run(workspace, position, filter);
    const images: Rendered[] = [];
    for (const slot of slots) {
      const image = await this.get(slot, position);
      if (image !== undefined) images.push(image);
    }
    const last = more ? slots.at(-1) : undefined;
    const nextCursor = last && writeImageCursor(last);
    const rendered = this.renderer.list(images, nextCursor);
    return { ...rendered, count: images.length, ...(nextCursor !== undefined && { nextCursor }) };
  }

  /** One image as its workspace saw it after the event at a position; `undefined` when the slot was empty. */
  async get(slot: Slot, position: Position): Promise<Rendered | undefined> {
    const own = await this.#viewOf(slot, position);
    const content = await this.#contentOf(slot, own, position);
    if (own.image === undefined || content?.image === undefined) return undefined;
    const { source_workspace: source, created_at: since, last_deployed_at: lastDeployedAt } = own.image;
    const rendition = renderContent(content.image.changed_position, {
      createdAt: content.image.created_at,
      updatedAt: content.image.updated_at,
      hasReference: content.image.reference !== null,
      tags: [...content.tags.values()],
    });
    return this.renderer.image({ slot, source, since, lastDeployedAt }, own.image.changed_position, rendition);
  }

  /** Whether the image in a slot had a tag after the event at a position. */
  async hasTag(slot: Slot, tag: string, position: Position): Promise<boolean> {
    const content = await this.#contentOf(slot, await this.#viewOf(slot, position), position);
    return content?.tags.has(tag) ?? false;
  }

  /** What the slot held, in the slot that owns it; `undefined` when there was nothing. */
  async #contentOf(slot: Slot, own: SlotContent, position: Position): Promise<SlotContent | undefined> {
    if (own.image === undefined) return undefined;
    const { source_workspace: source } = own.image;
    const content = source === null ? own : await this.#viewOf(slotIn(source, slot), position);
    return content.image?.source_workspace === null ? content : undefined;
  }

  /** The newest snapshot that is not after the position, and what changed from there. */
  async #viewOf(slot: Slot, position: Position): Promise<SlotContent> {
    const label = slotLabel(slot);
    const snapshot = await this.#snapshot.first({ slot: label, position });
    const view = snapshot === undefined ? new SlotView(slot) : SlotView.fromSnapshot(slot, snapshot.view);
    const rows = await this.#changes.all({ slot: label, since: snapshot?.position ?? '', position });
    for (const row of rows) view.apply(readChange(slot, row));
    return view;
  }
}
