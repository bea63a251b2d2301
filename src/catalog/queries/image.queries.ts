import type { PreparedQuery } from '../../read-model/prepared-query.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { CatalogSchema } from '../catalog.tables.js';
import type { ImageRenderer, ListedImage, Rendered } from '../view/rendered-image.js';
import { ownerOf, selectEntries } from './entry.query.js';
import type { EntryRow } from './entry.query.js';
import { writeImageCursor } from './image-cursor.js';
import { ImagePageQuery } from './image-page.query.js';
import type { ImageFilter } from './image-page.query.js';
import type { QuerySource } from './query-source.js';
import type { RenditionCache } from './rendition-cache.js';
import { rowSlot } from '../row-slot.js';

/** Images of a workspace in order of type and name, as a JSON array. */
export interface ImagePage extends Rendered {
  readonly count: number;
  /** Where the next page begins; absent on the last one. */
  readonly nextCursor?: string;
}

type SlotValues = Readonly<{ workspace: string; resourceType: string; name: string }>;

/** What the images of a workspace are now. */
export class ImageQueries {
  readonly #pages: ImagePageQuery;
  readonly #one: PreparedQuery<SlotValues, EntryRow>;
  readonly #count: PreparedQuery<Readonly<{ workspace: string }>, { readonly count: number }>;

  constructor(
    source: QuerySource<CatalogSchema>,
    private readonly renditions: RenditionCache,
    private readonly renderer: ImageRenderer,
  ) {
    this.#pages = new ImagePageQuery(source);
    this.#one = source.prepare((queries, value) =>
      selectEntries(queries, value('workspace'))
        .where('entry.resource_type', '=', value('resourceType'))
        .where('entry.name', '=', value('name')),
    );
    this.#count = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_images')
        .where('workspace', '=', value('workspace'))
        .select((eb) => eb.fn.countAll<number>().as('count')),
    );
  }

  /** What a workspace sees: the images it owns and those shared with it. */
  async list(workspace: string, filter: ImageFilter = {}): Promise<ImagePage> {
    const { rows, more } = await this.#pages.run(workspace, filter);
    const images: ListedImage[] = [];
    for (const row of rows) {
      const image = await this.#listed(workspace, row);
      if (image !== undefined) images.push(image);
    }
    const last = more ? rows.at(-1) : undefined;
    const nextCursor = last && writeImageCursor(rowSlot(workspace, last));
    const rendered = this.renderer.list(images, nextCursor);
    return { ...rendered, count: images.length, ...(nextCursor !== undefined && { nextCursor }) };
  }

  /** One image as its workspace sees it; `undefined` for an empty slot. */
  async get(slot: Slot): Promise<Rendered | undefined> {
    const row = await this.#one.first({ ...slot });
    const image = row && (await this.#listed(slot.workspace, row));
    return image && this.renderer.image(image.entry, image.changed, image.rendition);
  }

  /** How many images a workspace sees. */
  async count(workspace: string): Promise<number> {
    return (await this.#count.first({ workspace }))?.count ?? 0;
  }

  async #listed(workspace: string, row: EntryRow): Promise<ListedImage | undefined> {
    const slot = rowSlot(workspace, row);
    const owner = ownerOf(workspace, row);
    const rendition = await this.renditions.get(owner, row.source_position ?? row.changed_position);
    if (rendition === undefined) return undefined;
    const { source_workspace: source, created_at: since, last_deployed_at: lastDeployedAt } = row;
    return { entry: { slot, source, since, lastDeployedAt }, changed: row.changed_position, rendition };
  }
}
