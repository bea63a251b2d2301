import type { PreparedQuery } from '../../read-model/prepared-query.js';
import type { Slot } from '../../vocabulary/slot.js';
import { slotLabel } from '../../vocabulary/slot.js';
import type { CatalogSchema, ImageRow, TagRow } from '../catalog.tables.js';
import { resolvedImage } from '../view/resolved-image.js';
import type { ResolvedImage } from '../view/resolved-image.js';
import { ownerOf, selectEntries } from './entry.query.js';
import type { QuerySource } from './query-source.js';

/** What to look for in an image: a tag, a digest that a tag points at, or whatever was pushed last. */
export type Wanted = { readonly tag: string } | { readonly digest: string } | 'latest';

/** What became of it. */
export type Resolution =
  | ({ readonly kind: 'resolved' } & ResolvedImage)
  | { readonly kind: 'image-not-found' | 'tag-not-found' | 'digest-not-found' };

type SlotValues = Readonly<{ workspace: string; resourceType: string; name: string }>;
type OwnerRow = Pick<ImageRow, 'resource_type' | 'name' | 'source_workspace'> & { readonly latest_tag: string | null };

/** Finds what a reference to an image means now. */
export class ResolveQueries {
  readonly #owner: PreparedQuery<SlotValues, OwnerRow>;
  readonly #tag: PreparedQuery<Readonly<{ slot: string; tag: string }>, TagRow>;
  readonly #digest: PreparedQuery<Readonly<{ slot: string; digest: string }>, TagRow>;
  readonly #newest: PreparedQuery<Readonly<{ slot: string }>, TagRow>;
  readonly #tags: PreparedQuery<Readonly<{ slot: string }>, TagRow>;

  /** @param registry host of the registry, for pull references */
  constructor(
    source: QuerySource<CatalogSchema>,
    private readonly registry: string | undefined,
  ) {
    this.#owner = source.prepare((queries, value) =>
      selectEntries(queries, value('workspace'))
        .where('entry.resource_type', '=', value('resourceType'))
        .where('entry.name', '=', value('name'))
        .select((eb) => eb.fn.coalesce('source.latest_tag', 'entry.latest_tag').as('latest_tag')),
    );
    this.#tag = source.prepare((queries, value) =>
      queries.selectFrom('catalog_tags').selectAll().where('slot', '=', value('slot')).where('tag', '=', value('tag')),
    );
    this.#digest = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_tags')
        .selectAll()
        .where('slot', '=', value('slot'))
        .where('digest', '=', value('digest'))
        .orderBy('position', 'desc')
        .limit(1),
    );
    this.#newest = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_tags')
        .selectAll()
        .where('slot', '=', value('slot'))
        .orderBy('position', 'desc')
        .limit(1),
    );
    this.#tags = source.prepare((queries, value) =>
      queries.selectFrom('catalog_tags').selectAll().where('slot', '=', value('slot')).orderBy('position', 'desc'),
    );
  }

  /** What a reference to an image in a slot means: the owner, and the digest it points at now. */
  async resolve(slot: Slot, wanted: Wanted): Promise<Resolution> {
    const found = await this.#owner.first({ ...slot });
    if (found === undefined) return { kind: 'image-not-found' };
    const owner = ownerOf(slot.workspace, found);
    const row = await this.#find(slotLabel(owner), wanted, found.latest_tag);
    if (row !== undefined) return { kind: 'resolved', ...resolvedImage(owner, row, wanted, this.registry) };
    return { kind: wanted !== 'latest' && 'digest' in wanted ? 'digest-not-found' : 'tag-not-found' };
  }

  /** The tags of the image in a slot, the one pushed last first; `undefined` for an empty slot. */
  async tags(slot: Slot): Promise<readonly TagRow[] | undefined> {
    const found = await this.#owner.first({ ...slot });
    return found && this.#tags.all({ slot: slotLabel(ownerOf(slot.workspace, found)) });
  }

  #find(slot: string, wanted: Wanted, latest: string | null): Promise<TagRow | undefined> {
    if (wanted === 'latest')
      return latest === null ? this.#newest.first({ slot }) : this.#tag.first({ slot, tag: latest });
    return 'tag' in wanted ? this.#tag.first({ slot, ...wanted }) : this.#digest.first({ slot, ...wanted });
  }
}
