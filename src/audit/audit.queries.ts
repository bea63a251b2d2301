import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { EventReader } from '../event-sourcing/event-store.js';
import { comparePositions } from '../event-sourcing/position.js';
import type { Position } from '../event-sourcing/position.js';
import type { AuditEvent } from './audit.event.js';
import type { AuditFilter, AuditOrder } from './audit.filter.js';
import { auditCursor } from './audit.filter.js';
import { AuditIndex } from './audit.index.js';
import type { AuditTables } from './audit.tables.js';
import { readPlaces } from './event-places.js';

export interface AuditPageOptions {
  readonly order: AuditOrder;
  /** At most so many events. */
  readonly limit: number;
  /** Go on after this one, from {@link parseAuditCursor}. */
  readonly cursor?: Position;
}

export interface AuditPage {
  readonly events: readonly AuditEvent[];
  /** Where the next page begins; absent on the last one. */
  readonly nextCursor?: string;
}

/** What an export says: the events, and after each stretch of them how far it has come. */
export type AuditExportMessage =
  | { readonly kind: 'event'; readonly event: AuditEvent }
  | {
      readonly kind: 'progress';
      readonly exported: number;
      /** The position of the last event exported. */
      readonly position: Position;
      /** The position the export goes up to. */
      readonly through: Position;
    };

const exportPage = 100;

/** Finds events by the index and reads them, whole, from the store. */
export class AuditQueries {
  readonly #index: AuditIndex;

  constructor(
    db: Kysely<AuditTables>,
    private readonly store: EventReader,
  ) {
    this.#index = new AuditIndex(db);
  }

  /**
   * One page of the events that match, in the order of positions.
   *
   * @throws CorruptEventError when one of them cannot be read
   */
  async page(filter: AuditFilter, { order, limit, cursor }: AuditPageOptions): Promise<AuditPage> {
    const places = await this.#index.find(goOn(filter, order, cursor), order, limit + 1);
    const shown = places.slice(0, limit);
    const last = shown.at(-1);
    return {
      events: await readPlaces(this.store, shown),
      ...(places.length > limit && last !== undefined && { nextCursor: auditCursor(last.position) }),
    };
  }

  /**
   * All events that match, in ascending order, up to what the store holds when it begins.
   * Reads ahead no more than one page; other work gets its turn in between.
   */
  async *export(filter: AuditFilter, signal?: AbortSignal): AsyncGenerator<AuditExportMessage, void, undefined> {
    const head = await this.store.head();
    const through = filter.through !== undefined && comparePositions(filter.through, head) < 0 ? filter.through : head;
    if (through === undefined) return;
    let cursor: Position | undefined;
    let exported = 0;
    for (;;) {
      const bounded = goOn({ ...filter, through }, 'ascending', cursor);
      const places = await this.#index.find(bounded, 'ascending', exportPage);
      for (const event of await readPlaces(this.store, places)) {
        signal?.throwIfAborted();
        exported += 1;
        yield { kind: 'event', event };
      }
      cursor = places.at(-1)?.position ?? cursor;
      if (cursor !== undefined) yield { kind: 'progress', exported, position: cursor, through };
      if (places.length < exportPage) return;
      await nextTurn();
    }
  }
}

/** Moves the end of the range that the cursor is at. */
function goOn(filter: AuditFilter, order: AuditOrder, cursor: Position | undefined): AuditFilter {
  if (cursor === undefined) return filter;
  if (order === 'ascending')
    return { ...filter, after: comparePositions(filter.after, cursor) > 0 ? (filter.after ?? cursor) : cursor };
  return { ...filter, before: cursor };
}
