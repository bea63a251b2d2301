import { LRUCache } from 'lru-cache';
import { hasPassed } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import type { PreparedQuery } from '../../read-model/prepared-query.js';
import type { Slot } from '../../vocabulary/slot.js';
import { slotLabel } from '../../vocabulary/slot.js';
import type { CatalogSchema, TagRow } from '../catalog.tables.js';
import { renderContent } from '../view/rendered-image.js';
import type { ImageRendition } from '../view/rendered-image.js';
import type { QuerySource } from './query-source.js';

const characters = 16 * 1024 * 1024;

type ContentValues = Readonly<{ label: string; workspace: string; resourceType: string; name: string }>;

interface ContentRow {
  readonly image_created_at: string;
  readonly image_updated_at: string;
  readonly image_reference: string | null;
  readonly image_position: string;
}

type JoinedTag = { readonly [K in keyof TagRow]: TagRow[K] | null };

/**
 * What images are, rendered once for everyone who sees them, until they change. Bounded by the length of the text
 * it keeps.
 */
export class RenditionCache {
  readonly #kept = new LRUCache<string, ImageRendition>({
    maxSize: characters,
    sizeCalculation: ({ spec }) => spec.length + 300,
  });
  readonly #content: PreparedQuery<ContentValues, ContentRow & JoinedTag>;

  constructor(source: QuerySource<CatalogSchema>) {
    this.#content = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_images as image')
        .leftJoin('catalog_tags as tag', (join) => join.on('tag.slot', '=', value('label')))
        .where('image.workspace', '=', value('workspace'))
        .where('image.resource_type', '=', value('resourceType'))
        .where('image.name', '=', value('name'))
        .where('image.source_workspace', 'is', null)
        .select([
          'image.created_at as image_created_at',
          'image.updated_at as image_updated_at',
          'image.reference as image_reference',
          'image.changed_position as image_position',
        ])
        .selectAll('tag'),
    );
  }

  /** What the image of this owner is at the position or later; `undefined` when it is gone. */
  async get(owner: Slot, position: Position): Promise<ImageRendition | undefined> {
    const label = slotLabel(owner);
    const kept = this.#kept.get(label);
    if (kept !== undefined && hasPassed(kept.position, position)) return kept;
    const rendition = await this.#render(owner, label);
    if (rendition === undefined) this.#kept.delete(label);
    else this.#kept.set(label, rendition);
    return rendition;
  }

  forget(): void {
    this.#kept.clear();
  }

  /** One statement reads the image with its tags, so that they are of the same moment. */
  async #render(owner: Slot, label: string): Promise<ImageRendition | undefined> {
    const rows = await this.#content.all({ label, ...owner });
    const [image] = rows;
    if (image === undefined) return undefined;
    return renderContent(image.image_position, {
      createdAt: image.image_created_at,
      updatedAt: image.image_updated_at,
      hasReference: image.image_reference !== null,
      tags: rows.filter(isTag),
    });
  }
}

/** False for the one row of an image without tags. */
function isTag<R extends JoinedTag>(row: R): row is R & TagRow {
  return row.tag !== null;
}
