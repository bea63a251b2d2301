import { sql } from 'kysely';
import type { Position } from '../../event-sourcing/position.js';
import type { PreparedQuery, QueryTemplate } from '../../read-model/prepared-query.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { ImageFilter } from '../queries/image-page.query.js';
import { containing } from '../queries/like-pattern.js';
import { everything } from '../queries/limit.js';
import type { QuerySource } from '../queries/query-source.js';
import { rowSlot } from '../row-slot.js';
import type { CatalogHistorySchema, PresenceRow } from './history.tables.js';

type Filter = Pick<ImageFilter, 'limit' | 'after' | 'q' | 'type'>;
type Key = Pick<PresenceRow, 'resource_type' | 'name'>;
type PageValues = Readonly<{
  workspace: string;
  position: string;
  afterType: string;
  afterName: string;
  type: string;
  pattern: string;
  limit: number;
}>;

/** Finds the slots of a workspace that held an image at a position. */
export class PresenceQuery {
  readonly #ofWorkspace: PreparedQuery<PageValues, Key>;
  readonly #ofType: PreparedQuery<PageValues, Key>;

  constructor(source: QuerySource<CatalogHistorySchema>) {
    this.#ofWorkspace = source.prepare(selectPage);
    this.#ofType = source.prepare<PageValues, Key>((queries, value) =>
      selectPage(queries, value).where('resource_type', '=', value('type')),
    );
  }

  /** The slots of the page in order of type and name, and whether more follow. */
  async run(
    workspace: string,
    position: Position,
    { limit = everything, after, q, type }: Filter,
  ): Promise<{ readonly slots: readonly Slot[]; readonly more: boolean }> {
    const rows = await (type === undefined ? this.#ofWorkspace : this.#ofType).all({
      workspace,
      position,
      afterType: after?.resourceType ?? '',
      afterName: after?.name ?? '',
      type: type ?? '',
      pattern: containing(q ?? ''),
      limit: limit + 1,
    });
    return { slots: rows.slice(0, limit).map((row) => rowSlot(workspace, row)), more: rows.length > limit };
  }
}

const selectPage = ((queries, value) =>
  queries
    .selectFrom('catalog_presence')
    .select(['resource_type', 'name'])
    .where('workspace', '=', value('workspace'))
    .where((eb) => eb(eb.refTuple('resource_type', 'name'), '>', eb.tuple(value('afterType'), value('afterName'))))
    .where('from_position', '<=', value('position'))
    .where((eb) => eb.or([eb('to_position', 'is', null), eb('to_position', '>', value('position'))]))
    .where(sql<boolean>`name like ${value('pattern')} escape '\\'`)
    .orderBy('resource_type')
    .orderBy('name')
    .limit(value('limit'))) satisfies QueryTemplate<CatalogHistorySchema, PageValues, Key>;
