import type { ExpressionBuilder } from 'kysely';
import { sql } from 'kysely';
import type { PreparedQuery, QueryTemplate } from '../../read-model/prepared-query.js';
import type { ResourceType } from '../../vocabulary/names.js';
import type { CatalogSchema, ImageRow } from '../catalog.tables.js';
import { selectEntries } from './entry.query.js';
import type { EntryRow } from './entry.query.js';
import type { ImageCursor } from './image-cursor.js';
import { containing } from './like-pattern.js';
import { everything } from './limit.js';
import type { QuerySource } from './query-source.js';

/** Which images of a workspace to list. */
export interface ImageFilter {
  /** At most so many images. Default: all. */
  readonly limit?: number | undefined;
  /** Begin after this image. */
  readonly after?: ImageCursor | undefined;
  /** Only names that contain this text. */
  readonly q?: string | undefined;
  readonly type?: ResourceType | undefined;
  /** `in`: shared with this workspace; `out`: shared by it with others; `none`: neither. */
  readonly shared?: 'in' | 'out' | 'none' | undefined;
}

type PageValues = Readonly<{
  workspace: string;
  afterType: string;
  afterName: string;
  type: string;
  pattern: string;
  limit: number;
}>;

/** Finds the entries of a page. The SQL of each combination of filters is made once. */
export class ImagePageQuery {
  readonly #queries = new Map<string, PreparedQuery<PageValues, EntryRow>>();

  constructor(private readonly source: QuerySource<CatalogSchema>) {}

  /** The entries of the page in order of type and name, and whether more follow. */
  async run(workspace: string, filter: ImageFilter): Promise<{ rows: readonly EntryRow[]; more: boolean }> {
    const limit = filter.limit ?? everything;
    const rows = await this.#query(filter).all({
      workspace,
      afterType: filter.after?.resourceType ?? '',
      afterName: filter.after?.name ?? '',
      type: filter.type ?? '',
      pattern: containing(filter.q ?? ''),
      limit: limit + 1,
    });
    return rows.length > limit ? { rows: rows.slice(0, limit), more: true } : { rows, more: false };
  }

  #query(filter: ImageFilter): PreparedQuery<PageValues, EntryRow> {
    const has = [filter.after, filter.q, filter.type].map((value) => value !== undefined).join();
    const shape = `${has} ${filter.shared ?? ''}`;
    const known = this.#queries.get(shape);
    if (known !== undefined) return known;
    const made = this.source.prepare(pageQuery(filter));
    this.#queries.set(shape, made);
    return made;
  }
}

function pageQuery({ after, q, type, shared }: ImageFilter): QueryTemplate<CatalogSchema, PageValues, EntryRow> {
  return (queries, value) => {
    let query = selectEntries(queries, value('workspace')).orderBy('entry.resource_type').orderBy('entry.name');
    if (type !== undefined) query = query.where('entry.resource_type', '=', value('type'));
    if (q !== undefined) query = query.where(sql<boolean>`entry.name like ${value('pattern')} escape '\\'`);
    if (after !== undefined) {
      query = query.where((eb) =>
        eb(eb.refTuple('entry.resource_type', 'entry.name'), '>', eb.tuple(value('afterType'), value('afterName'))),
      );
    }
    if (shared === 'in') query = query.where('entry.source_workspace', 'is not', null);
    if (shared === 'out') query = query.where((eb) => eb.exists(activeShares(eb)));
    if (shared === 'none') {
      query = query.where('entry.source_workspace', 'is', null).where((eb) => eb.not(eb.exists(activeShares(eb))));
    }
    return query.limit(value('limit'));
  };
}

type Entries = ExpressionBuilder<CatalogSchema & { entry: ImageRow }, 'entry'>;

/** The active shares of the entry's own image. */
function activeShares(eb: Entries) {
  return eb
    .selectFrom('catalog_shares as share')
    .select('share.slot')
    .where('share.slot', '=', sql<string>`entry.workspace || '/' || entry.resource_type || '/' || entry.name`)
    .where('share.status', '=', 'active');
}
