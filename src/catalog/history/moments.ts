import type { Position } from '../../event-sourcing/position.js';
import type { ProjectionRows, RowSet } from '../../event-sourcing/projection.js';
import { clockTable, momentsTable } from './history.tables.js';
import type { ClockRow, MomentRow } from './history.tables.js';

const latest = 'latest';

/**
 * Keeps the way from time to position through one batch. A clock that was set back costs as many rows as it takes
 * back, and nothing later.
 */
export class Moments {
  readonly #moments: RowSet<MomentRow>;
  readonly #clock: RowSet<ClockRow>;
  #newest: MomentRow | undefined;

  constructor(rows: ProjectionRows) {
    this.#moments = rows.table(momentsTable);
    this.#clock = rows.table(clockTable);
  }

  async open(): Promise<void> {
    await this.#clock.load([[latest]]);
    this.#newest = await this.#load(this.#clock.get(latest)?.at ?? null);
  }

  /** Notes that an event happened at this time. Positions must rise. */
  async note(at: string, position: Position): Promise<void> {
    while (this.#newest !== undefined && this.#newest.at >= at) {
      this.#moments.delete(this.#newest.at);
      this.#newest = await this.#load(this.#newest.previous_at);
    }
    this.#newest = { at, position, previous_at: this.#newest?.at ?? null };
    this.#moments.put(this.#newest);
  }

  close(): void {
    if (this.#newest !== undefined) this.#clock.put({ id: latest, at: this.#newest.at });
  }

  async #load(at: string | null): Promise<MomentRow | undefined> {
    if (at === null) return undefined;
    await this.#moments.load([[at]]);
    return this.#moments.get(at);
  }
}
