import type { RecordedEvent } from '../../event-sourcing/event.js';
import { comparePositions } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import type { AllStreamResolvedEvent } from '@eventstore/db-client';
import type { EventStoreDbConnection } from './eventstoredb.connection.js';
import { placeOf } from './eventstoredb.events.js';
import { toPosition } from './eventstoredb.position.js';
import type { LogPosition } from './eventstoredb.position.js';
import { readPage } from './log-pages.js';
import { SharedRead } from './shared-read.js';

const firstLook = 20;
const pageSize = 500;

/** Finds the last event of ours from the end of a log that others write to as well, without looking at any of it twice. */
export class LogEnd {
  /** The last event of ours that is known of; there may be later ones. */
  #known: Position | undefined;
  /** Up to here nothing of ours is unknown. */
  #searched: Position | undefined;
  readonly #search = new SharedRead(() => this.#lookBack());

  constructor(
    private readonly connection: EventStoreDbConnection,
    private readonly ours: (resolved: AllStreamResolvedEvent) => RecordedEvent | undefined,
  ) {}

  /** Tells of an event of ours. */
  note<P extends Position | undefined>(position: P): P {
    if (comparePositions(position, this.#known) > 0) this.#known = position;
    return position;
  }

  /** The position of the last event of ours that was answered for before this was asked. */
  head(): Promise<Position | undefined> {
    return this.#search.ask();
  }

  async #lookBack(): Promise<Position | undefined> {
    let before: LogPosition | undefined;
    let newest: Position | undefined;
    for (let size = firstLook; ; size = pageSize) {
      const events = await this.connection.call('read', 'read the end of the log', (client, heard) =>
        readPage({ client, heard }, before, 'backwards', size),
      );
      for (const resolved of events) {
        before = placeOf(resolved);
        const position = before && toPosition(before);
        newest ??= position;
        const event = this.ours(resolved);
        if (event !== undefined) this.note(event.position);
        if (event !== undefined || this.#isSearched(position)) return this.#found(newest);
      }
      if (events.length < size) return this.#found(newest);
    }
  }

  #isSearched(position: Position | undefined): boolean {
    if (position === undefined) return false;
    return comparePositions(position, this.#searched) <= 0 || comparePositions(position, this.#known) <= 0;
  }

  #found(newest: Position | undefined): Position | undefined {
    if (comparePositions(newest, this.#searched) > 0) this.#searched = newest;
    return this.#known;
  }
}
