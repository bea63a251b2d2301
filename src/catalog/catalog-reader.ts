import type { GivenPositions } from '../http/given-positions.js';
import { invalidInput } from '../http/refusal.js';
import type { Refusal } from '../http/refusal.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import type { Position } from '../event-sourcing/position.js';
import { parseInstant } from '../vocabulary/instant.js';
import type { Slot } from '../vocabulary/slot.js';
import { catalogHistoryProjection } from './history/catalog-history.projection.js';
import type { HistoryQueries } from './history/history.queries.js';
import type { ImageFilter } from './queries/image-page.query.js';
import type { ImagePage, ImageQueries } from './queries/image.queries.js';
import type { Rendered } from './view/rendered-image.js';

const historyName = catalogHistoryProjection().name;

/** Reads images as they are now or as they were at a moment. */
export class CatalogReader {
  constructor(
    private readonly images: ImageQueries,
    private readonly history: HistoryQueries,
    private readonly readYourWrites: Pick<ReadYourWrites, 'upToDate'>,
    private readonly positions: Pick<GivenPositions, 'isPosition' | 'reached'>,
  ) {}

  /** @param at a time in RFC 3339 or a position; absent for now */
  async list(workspace: string, filter: ImageFilter, at: string | undefined): Promise<ImagePage> {
    if (at === undefined) return this.images.list(workspace, filter);
    const { shared, ...pastFilter } = filter;
    if (shared !== undefined)
      throw invalidInput('invalid-input', 'shared and at cannot be combined. Leave one of them out.');
    return this.history.list(workspace, await this.#moment(at), pastFilter);
  }

  /** @param at a time in RFC 3339 or a position; absent for now */
  async get(slot: Slot, at: string | undefined): Promise<Rendered | undefined> {
    return at === undefined ? this.images.get(slot) : this.history.get(slot, await this.#moment(at));
  }

  /** Whether the image in a slot had a tag at a moment. */
  async hadTag(slot: Slot, tag: string, at: string): Promise<boolean> {
    return this.history.hasTag(slot, tag, await this.#moment(at));
  }

  /** The last position at or before a moment. A time before the first event is a position before all others. */
  async #moment(at: string): Promise<Position> {
    const time = parseInstant(at);
    if (time === undefined && !this.positions.isPosition(at)) throw notAMoment();
    await this.readYourWrites.upToDate([historyName]);
    if (time === undefined) return this.positions.reached('at', at);
    return (await this.history.positionAt(new Date(time).toISOString())) ?? '';
  }
}

function notAMoment(): Refusal {
  const message =
    'at must be a time in RFC 3339, such as 2026-01-31T12:00:00Z (the + of an offset is written %2B), or a position as the service gave it out';
  return invalidInput('invalid-input', `${message}.`, [{ field: 'at', message }]);
}
