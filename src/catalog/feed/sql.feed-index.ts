import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { AuditTables } from '../../audit/audit.tables.js';
import type { EventPlace } from '../../audit/event-places.js';
import type { Position } from '../../event-sourcing/position.js';
import type { ImageEvent } from '../../images/domain/image.events.js';
import type { PreparedQuery } from '../../read-model/prepared-query.js';
import { imageStream } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { CatalogHistorySchema, PresenceRow } from '../history/history.tables.js';
import type { QuerySource } from '../queries/query-source.js';
import { rowSlot } from '../row-slot.js';
import type { FeedIndex, Stretch } from './feed-index.js';
import type { SharedImage } from './workspace-feed.js';

type Tables = AuditTables & CatalogHistorySchema;

interface Place {
  readonly position: string;
  readonly stream: string;
  readonly revision: number;
}

type Range = Readonly<{ after: string; through: string; limit: number }>;
type SharedRow = Pick<PresenceRow, 'resource_type' | 'name' | 'source_workspace'>;

const comesAlong: readonly ImageEvent['type'][] = ['TagPushed', 'TagDeleted'];
const asksTarget: readonly ImageEvent['type'][] = [
  'ShareRequested',
  'ShareRequestDeclined',
  'ShareRequestExpired',
  'ShareRequestWithdrawn',
  'ImageUnshared',
];

/** Uses the index of the audit and the history of the catalog. Each answer looks at about as many rows as it has. */
export class SqlFeedIndex implements FeedIndex {
  readonly #shared: PreparedQuery<{ readonly workspace: string; readonly at: string }, SharedRow>;
  readonly #own: PreparedQuery<Range & { readonly workspace: string; readonly type: string }, Place>;
  readonly #asking: PreparedQuery<Range & { readonly workspace: string }, Place>;
  readonly #comingAlong: PreparedQuery<Range & { readonly stream: string }, Place>;

  /** @param passed the position up to which the projections of both may be queried */
  constructor(
    source: QuerySource<Tables>,
    private readonly passed: () => Position | undefined,
  ) {
    this.#shared = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_presence')
        .select(['resource_type', 'name', 'source_workspace'])
        .where('workspace', '=', value('workspace'))
        .where('source_workspace', 'is not', null)
        .where('from_position', '<=', value('at'))
        .where((eb) => eb.or([eb('to_position', 'is', null), eb('to_position', '>', value('at'))])),
    );
    this.#own = source.prepare((queries, value) =>
      queries
        .selectFrom('audit_events as e')
        .innerJoin('audit_streams as s', 's.number', 'e.stream_number')
        .select(['e.position', 's.stream', 'e.revision'])
        .where('e.workspace_number', '=', numberOf(queries, 'workspace', value('workspace')))
        .where('e.type_number', '=', numberOf(queries, 'type', value('type')))
        .where('e.position', '>', value('after'))
        .where('e.position', '<=', value('through'))
        .orderBy('e.position')
        .limit(value('limit')),
    );
    this.#asking = source.prepare((queries, value) =>
      queries
        .selectFrom('audit_concerns as c')
        .innerJoin('audit_events as e', 'e.position', 'c.position')
        .innerJoin('audit_streams as s', 's.number', 'e.stream_number')
        .select(['c.position', 's.stream', 'e.revision'])
        .where('c.workspace_number', '=', numberOf(queries, 'workspace', value('workspace')))
        .where(ledByAnother('e.type_number'), 'in', numbersOfTypes(queries, asksTarget))
        .where('c.position', '>', value('after'))
        .where('c.position', '<=', value('through'))
        .orderBy('c.position')
        .limit(value('limit')),
    );
    this.#comingAlong = source.prepare((queries, value) =>
      queries
        .selectFrom('audit_events as e')
        .select(['e.position', 'e.revision', sql<string>`${value('stream')}`.as('stream')])
        .where(
          'e.stream_number',
          '=',
          queries.selectFrom('audit_streams as s').select('s.number').where('s.stream', '=', value('stream')),
        )
        .where(ledByAnother('e.type_number'), 'in', numbersOfTypes(queries, comesAlong))
        .where('e.position', '>', value('after'))
        .where('e.position', '<=', value('through'))
        .orderBy('e.position')
        .limit(value('limit')),
    );
  }

  get position(): Position | undefined {
    return this.passed();
  }

  async sharedWith(workspace: string, at: Position): Promise<readonly SharedImage[]> {
    const rows = await this.#shared.all({ workspace, at });
    return rows.flatMap((row) => (row.source_workspace === null ? [] : [rowSlot(row.source_workspace, row)]));
  }

  async own(workspace: string, type: string, stretch: Stretch): Promise<readonly EventPlace[]> {
    return placesOf(await this.#own.all({ workspace, type, ...rangeOf(stretch) }));
  }

  async asking(workspace: string, stretch: Stretch): Promise<readonly EventPlace[]> {
    return placesOf(await this.#asking.all({ workspace, ...rangeOf(stretch) }));
  }

  async comingAlong(source: Slot, stretch: Stretch): Promise<readonly EventPlace[]> {
    return placesOf(await this.#comingAlong.all({ stream: imageStream(source), ...rangeOf(stretch) }));
  }
}

function rangeOf({ after = '', through, limit }: Stretch): Range {
  return { after, through, limit };
}

function placesOf(rows: readonly Place[]): readonly EventPlace[] {
  return rows.map(({ position, stream, revision }) => ({ position, stream, revision: BigInt(revision) }));
}

function numberOf(queries: Kysely<Tables>, kind: 'workspace' | 'type', name: string) {
  return queries
    .selectFrom('audit_names as n')
    .select('n.number')
    .where('n.kind', '=', kind)
    .where('n.name', '=', name);
}

function numbersOfTypes(queries: Kysely<Tables>, types: readonly string[]) {
  return queries
    .selectFrom('audit_names as n')
    .select('n.number')
    .where('n.kind', '=', 'type')
    .where('n.name', 'in', types);
}

/** A column by whose own index SQLite must not go: another condition narrows down far more. */
function ledByAnother(column: string) {
  return sql<number>`+${sql.ref(column)}`;
}
