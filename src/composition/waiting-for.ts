import type { EventReader } from '../event-sourcing/event-store.js';
import type { Position } from '../event-sourcing/position.js';
import type { Subscribers } from '../event-sourcing/subscribers.js';
import type { GivenPositions } from '../http/given-positions.js';
import { notYetVisible } from '../http/read-your-writes.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import { readYourWritesProjections } from './projections.js';

/** Waits for projections, each time so many milliseconds at most. */
export function waitingFor(
  projections: Subscribers,
  events: EventReader,
  positions: GivenPositions,
  timeoutMs: number,
): ReadYourWrites {
  const wait = async (position: Position | undefined, names: readonly string[]): Promise<void> => {
    if (position === undefined) return;
    const visible = await projections.waitFor(position, { projections: names, timeoutMs });
    if (!visible) throw notYetVisible(position);
  };
  return {
    passed: (position) => wait(position, readYourWritesProjections),
    async asked(text) {
      if (text !== undefined) await wait(positions.checked('minPosition', text), readYourWritesProjections);
    },
    upToDate: async (names) => wait(await events.head(), names),
  };
}
