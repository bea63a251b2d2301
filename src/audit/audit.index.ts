import type { Kysely, RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Position } from '../event-sourcing/position.js';
import { imageStream } from '../vocabulary/slot.js';
import type { AuditFilter, AuditOrder } from './audit.filter.js';
import { timeSliceOf } from './audit.tables.js';
import type { AuditNameRow, AuditTables } from './audit.tables.js';
import type { EventPlace } from './event-places.js';

type Condition = RawBuilder<unknown>;

/** A part of the answer that one index gives in the order of positions; all parts together are the answer. */
interface Branch {
  /** The table that leads. */
  readonly lead: 'events' | 'concerns';
  readonly where: readonly Condition[];
}

interface Range {
  readonly after: Position | undefined;
  readonly first: Position | undefined;
  readonly through: Position | undefined;
  readonly before: Position | undefined;
}

interface PlaceRow {
  readonly position: string;
  readonly stream: string;
  readonly revision: number | string;
}

/** Finds events by the tables of the audit, reading about as much of them as it answers. */
export class AuditIndex {
  constructor(private readonly db: Kysely<AuditTables>) {}

  /** The places of the first `limit` events that match, in the order asked for. */
  async find(filter: AuditFilter, order: AuditOrder, limit: number): Promise<EventPlace[]> {
    const [everywhere, range, branches] = await Promise.all([
      this.#everywhere(filter),
      this.#range(filter),
      this.#branches(filter),
    ]);
    if (everywhere === undefined || range === undefined || branches.length === 0) return [];

    const direction = order === 'ascending' ? sql`asc` : sql`desc`;
    const parts = branches.map(({ lead, where }) => {
      const position = leads[lead].position;
      return sql`
        select * from (
          select e.position, e.stream_number, e.revision from ${leads[lead].from}
          where ${sql.join([sql`1 = 1`, ...where, ...everywhere, ...within(range, position)], sql` and `)}
          order by ${position} ${direction} limit ${limit}
        ) part`;
    });
    const { rows } = await sql<PlaceRow>`
      select found.position, s.stream, found.revision
      from (
        select * from (${sql.join(parts, sql` union `)}) merged order by position ${direction} limit ${limit}
      ) found
      join audit_streams s on s.number = found.stream_number
      order by found.position ${direction}
    `.execute(this.db);
    return rows.map(({ position, stream, revision }) => ({ position, stream, revision: BigInt(revision) }));
  }

  /** What holds for every branch; `undefined` when something is asked for that no event has. */
  async #everywhere({ principal, from, to }: AuditFilter): Promise<Condition[] | undefined> {
    const conditions: Condition[] = [];
    if (principal !== undefined) {
      const number = await this.#number('principal', principal);
      if (number === undefined) return undefined;
      conditions.push(sql`e.principal_number = ${number}`);
    }
    if (from !== undefined) conditions.push(sql`e.occurred_at >= ${from}`);
    if (to !== undefined) conditions.push(sql`e.occurred_at < ${to}`);
    return conditions;
  }

  /** Narrows a range of time to a range of positions, so that events outside are not even looked at. */
  async #range({ from, to, after, through, before }: AuditFilter): Promise<Range | undefined> {
    if (from === undefined && to === undefined) return { after, first: undefined, through, before };
    let query = this.db
      .selectFrom('audit_times')
      .select((eb) => [eb.fn.min('first_position').as('first'), eb.fn.max('last_position').as('last')]);
    if (from !== undefined) query = query.where('slice', '>=', timeSliceOf(from));
    if (to !== undefined) query = query.where('slice', '<=', timeSliceOf(to));
    const dated = await query.executeTakeFirst();
    if (!dated?.first || !dated.last) return undefined;
    const last = through !== undefined && through < dated.last ? through : dated.last;
    return { after, first: dated.first, through: last, before };
  }

  /**
   * The events of a workspace are indexed by type, and so are all events: one branch for each type
   * gives them in order without sorting, however many there are.
   */
  async #branches(filter: AuditFilter): Promise<Branch[]> {
    const { workspace, concerning, principal } = filter;
    const [types, streams] = await Promise.all([this.#types(filter.types), this.#streams(filter)]);
    if (types.length === 0 || streams === undefined) return [];
    const ofTypes = filter.types === undefined ? [] : [sql`e.type_number in (${sql.join(types)})`];
    const perType = (where: readonly Condition[]): Branch[] =>
      types.map((type) => ({ lead: 'events', where: [...where, sql`e.type_number = ${type}`] }));

    const own = workspace === undefined ? [] : await this.#isOf('e.workspace_number', workspace);
    if (own === undefined) return [];
    if (concerning !== undefined) {
      const [inside, outside] = await Promise.all([
        this.#isOf('e.workspace_number', concerning),
        this.#isOf('c.workspace_number', concerning),
      ]);
      if (inside === undefined || outside === undefined) return [];
      const others: Branch = { lead: 'concerns', where: [...outside, ...own, ...streams, ...ofTypes] };
      return [...perType([...inside, ...own, ...streams]), others];
    }
    if (streams.length > 0) return [{ lead: 'events', where: [...streams, ...ofTypes] }];
    const typesLead = own.length > 0 || (principal === undefined && filter.types !== undefined);
    return typesLead ? perType(own) : [{ lead: 'events', where: ofTypes }];
  }

  async #isOf(column: string, workspace: string): Promise<Condition[] | undefined> {
    const number = await this.#number('workspace', workspace);
    return number === undefined ? undefined : [sql`${sql.ref(column)} = ${number}`];
  }

  /** Conditions on the stream; `undefined` when there is no such stream. */
  async #streams({ stream, image, workspace }: AuditFilter): Promise<Condition[] | undefined> {
    const names = [
      ...(stream === undefined ? [] : [stream]),
      ...(image === undefined || workspace === undefined ? [] : [imageStream({ workspace, ...image })]),
    ];
    const conditions: Condition[] = [];
    for (const name of names) {
      const query = this.db.selectFrom('audit_streams').select('number').where('stream', '=', name);
      const row = await query.executeTakeFirst();
      if (row === undefined) return undefined;
      conditions.push(sql`e.stream_number = ${row.number}`);
    }
    if (image !== undefined && workspace === undefined)
      conditions.push(sql`e.stream_number in (
        select number from audit_streams where image_name = ${image.name} and resource_type = ${image.resourceType}
      )`);
    return conditions;
  }

  async #types(names: readonly string[] | undefined): Promise<number[]> {
    if (names?.length === 0) return [];
    const all = this.db.selectFrom('audit_names').select('number').where('kind', '=', 'type').orderBy('number');
    const rows = await (names === undefined ? all : all.where('name', 'in', names)).execute();
    return rows.map((row) => row.number);
  }

  async #number(kind: AuditNameRow['kind'], name: string): Promise<number | undefined> {
    const row = await this.db
      .selectFrom('audit_names')
      .select('number')
      .where('kind', '=', kind)
      .where('name', '=', name)
      .executeTakeFirst();
    return row?.number;
  }
}

const leads: Readonly<Record<Branch['lead'], { readonly from: Condition; readonly position: Condition }>> = {
  events: { from: sql`audit_events e`, position: sql.ref('e.position') },
  concerns: {
    from: sql`audit_concerns c join audit_events e on e.position = c.position`,
    position: sql.ref('c.position'),
  },
};

function within({ after, first, through, before }: Range, position: Condition): Condition[] {
  return [
    ...(after === undefined ? [] : [sql`${position} > ${after}`]),
    ...(first === undefined ? [] : [sql`${position} >= ${first}`]),
    ...(through === undefined ? [] : [sql`${position} <= ${through}`]),
    ...(before === undefined ? [] : [sql`${position} < ${before}`]),
  ];
}
