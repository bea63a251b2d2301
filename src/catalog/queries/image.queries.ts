import type { Position } from '../../event-sourcing/position.js';
import type { PreparedQuery } from '../../read-model/prepared-query.js';
import { slotLabel } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { CatalogSchema } from '../catalog.tables.js';
import { rowSlot } from '../row-slot.js';
import type { ImageRenderer, Rendered } from '../view/rendered-image.js';
import { selectEntries } from './entry.query.js';
import type { EntryRow } from './entry.query.js';
import { writeImageCursor } from './image-cursor.js';
import { ImagePageQuery } from './image-page.query.js';
import type { ImageFilter } from './image-page.query.js';
import type { QuerySource } from './query-source.js';
import type { RenderedImages } from './rendered-images.js';
import { StandingAnswers } from './standing-answers.js';

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
  readonly #answers: StandingAnswers<ImagePage>;
  readonly #single: StandingAnswers<{ readonly image: Rendered | undefined }>;

  /** @param passed the position the catalog has passed; without it no list is kept for the next who asks */
  constructor(
    source: QuerySource<CatalogSchema>,
    private readonly images: RenderedImages,
    private readonly renderer: ImageRenderer,
    passed: () => Position | undefined = () => undefined,
  ) {
    this.#answers = new StandingAnswers(passed, ({ body }) => body.length);
    this.#single = new StandingAnswers(passed, ({ image }) => image?.body.length ?? 0);
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
  list(workspace: string, filter: ImageFilter = {}): Promise<ImagePage> {
    return this.#answers.get(questionOf(workspace, filter), () => this.#list(workspace, filter));
  }

  /** One image as its workspace sees it; `undefined` for an empty slot. */
  async get(slot: Slot): Promise<Rendered | undefined> {
    const { image } = await this.#single.get(slotLabel(slot), async () => ({ image: await this.#get(slot) }));
    return image;
  }

  /** How many images a workspace sees. */
  async count(workspace: string): Promise<number> {
    return (await this.#count.first({ workspace }))?.count ?? 0;
  }

  /** Lets go of everything that was rendered. To be called when the catalog was built anew. */
  forget(): void {
    this.#answers.forget();
    this.#single.forget();
    this.images.forget();
  }

  async #get(slot: Slot): Promise<Rendered | undefined> {
    const row = await this.#one.first({ ...slot });
    return row && (this.images.kept(slot.workspace, row) ?? this.images.render(slot.workspace, row));
  }

  async #list(workspace: string, filter: ImageFilter): Promise<ImagePage> {
    const { rows, more } = await this.#pages.run(workspace, filter);
    const images: Rendered[] = [];
    for (const row of rows) {
      const image = this.images.kept(workspace, row) ?? (await this.images.render(workspace, row));
      if (image !== undefined) images.push(image);
    }
    const last = more ? rows.at(-1) : undefined;
    const nextCursor = last && writeImageCursor(rowSlot(workspace, last));
    const rendered = this.renderer.list(images, nextCursor);
    return { ...rendered, count: images.length, ...(nextCursor !== undefined && { nextCursor }) };
  }
}

/** The same for the same question. Workspaces, types and cursors hold no space; the text to look for comes last. */
function questionOf(workspace: string, { limit, after, q, type, shared }: ImageFilter): string {
  const begin = after === undefined ? '' : writeImageCursor(after);
  return `${workspace} ${limit ?? ''} ${begin} ${type ?? ''} ${shared ?? ''} ${q === undefined ? '' : `=${q}`}`;
}
