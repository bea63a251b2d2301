import type { EventReader } from '../event-sourcing/event-store.js';
import type { Position } from '../event-sourcing/position.js';
import type { GivenPositions } from '../http/given-positions.js';
import { invalidInput } from '../http/refusal.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import { parseImageReference } from '../vocabulary/image-reference.js';
import { parseInstant } from '../vocabulary/instant.js';
import type { AuditEventsQueryDto, AuditFilterQueryDto } from './audit.dto.js';
import type { AuditFilter } from './audit.filter.js';
import { parseAuditCursor } from './audit.filter.js';
import { auditProjection } from './audit.projection.js';
import type { AuditExportMessage, AuditPage, AuditQueries } from './audit.queries.js';

const defaultLimit = 100;
const projections = [auditProjection.name];

/** Answers questions about the record as clients ask them, with everything that is on record by then. */
export class AuditReader {
  constructor(
    private readonly queries: AuditQueries,
    private readonly store: Pick<EventReader, 'head'>,
    private readonly readYourWrites: Pick<ReadYourWrites, 'upToDate'>,
    /** The types of all events that this release knows. */
    private readonly kinds: ReadonlySet<string>,
    private readonly positions: Pick<GivenPositions, 'isPosition' | 'checked'>,
  ) {}

  /**
   * @param workspace whose streams; all of them for `undefined`
   * @throws Refusal naming what is wrong with the query
   */
  async page(workspace: string | undefined, query: AuditEventsQueryDto): Promise<AuditPage> {
    const filter = this.#filter(workspace, query);
    const cursor = query.cursor === undefined ? undefined : this.#cursor(query.cursor);
    await this.readYourWrites.upToDate(projections);
    return this.queries.page(filter, {
      order: query.order === 'desc' ? 'descending' : 'ascending',
      limit: query.limit === undefined ? defaultLimit : Number(query.limit),
      ...(cursor !== undefined && { cursor }),
    });
  }

  /**
   * Everything that matches, the oldest first, up to what was on record at the beginning.
   *
   * @param workspace whose streams; all of them for `undefined`
   * @throws Refusal naming what is wrong with the query
   */
  async *export(
    workspace: string | undefined,
    query: AuditFilterQueryDto,
    signal: AbortSignal,
  ): AsyncGenerator<AuditExportMessage, void, undefined> {
    const filter = this.#filter(workspace, query);
    // What is appended from now on may not be in the index when the export comes to it.
    const through = await this.store.head();
    if (through === undefined) return;
    await this.readYourWrites.upToDate(projections);
    yield* this.queries.export({ ...filter, through }, signal);
  }

  #cursor(text: string): Position {
    const position = parseAuditCursor(text);
    if (position !== undefined && this.positions.isPosition(position)) return position;
    throw invalidInput('invalid-cursor', 'cursor is not one that the service gave out. Begin again without it.');
  }

  #filter(workspace: string | undefined, query: AuditFilterQueryDto): AuditFilter {
    const { principal, after } = query;
    const image = query.image === undefined ? undefined : parseImageReference(query.image);
    const types = query.kind?.split(',');
    for (const type of types ?? []) if (!this.kinds.has(type)) throw this.#unknownKind(type);
    const from = query.from === undefined ? undefined : parseInstant(query.from);
    const to = query.to === undefined ? undefined : parseInstant(query.to);
    if (from !== undefined && to !== undefined && to < from)
      throw invalidInput('invalid-period', `to (${query.to ?? ''}) is before from (${query.from ?? ''}).`);
    return {
      ...(workspace !== undefined && { workspace }),
      ...(image !== undefined && { image }),
      ...(principal !== undefined && { principal }),
      ...(types !== undefined && { types }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(after !== undefined && { after: this.positions.checked('after', after) }),
    };
  }

  /** A slip of the pen must not look like a clean record. */
  #unknownKind(type: string): Error {
    return invalidInput('invalid-input', `There are no events of type ${type}.`, [
      { field: 'kind', message: `kind must be among ${[...this.kinds].sort().join(', ')}` },
    ]);
  }
}
