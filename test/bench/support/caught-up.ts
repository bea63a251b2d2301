import type { Tagalong } from '../../../src/composition/tagalong.js';

/** Waits until every subscriber has seen everything, so that no backlog runs beside what is measured. */
export async function caughtUp({ stores, projections }: Tagalong): Promise<void> {
  const head = await stores.events.head();
  if (head !== undefined && !(await projections.waitFor(head, { timeoutMs: 600_000 })))
    throw new Error('a subscriber does not catch up');
}
