import { auditProjection } from '../audit/audit.projection.js';
import { CatalogFeed } from '../catalog/feed/catalog-feed.js';
import { SqlFeedIndex } from '../catalog/feed/sql.feed-index.js';
import { catalogHistoryProjection } from '../catalog/history/catalog-history.projection.js';
import type { Position } from '../event-sourcing/position.js';
import { comparePositions } from '../event-sourcing/position.js';
import type { Subscribers } from '../event-sourcing/subscribers.js';
import type { Clock } from '../event-sourcing/subscriber-clock.js';
import type { GivenPositions } from '../http/given-positions.js';
import type { AccessDirectory } from '../workspaces/authorization/access-directory.js';
import type { Stores } from './open-stores.js';

/** What the feed finds its way by. */
export const indexedBy: readonly string[] = [auditProjection.name, catalogHistoryProjection().name];

/** The feeds of all workspaces, over the stores of this process. */
export function createCatalogFeed(
  { events, readModel }: Pick<Stores, 'events' | 'readModel'>,
  projections: Pick<Subscribers, 'get'>,
  directory: Pick<AccessDirectory, 'accountOf'>,
  { isPosition }: Pick<GivenPositions, 'isPosition'>,
  clock: Clock,
): CatalogFeed {
  return new CatalogFeed({
    reader: events,
    index: new SqlFeedIndex(readModel, () => passedByAll(projections)),
    accountOf: (workspace) => directory.accountOf(workspace),
    isPosition,
    clock,
  });
}

/** The position that all of them have passed; none while one of them cannot be asked. */
function passedByAll(projections: Pick<Subscribers, 'get'>): Position | undefined {
  const runners = indexedBy.map((name) => projections.get(name));
  if (!runners.every(({ ready }) => ready)) return undefined;
  return runners.map(({ checkpoint }) => checkpoint).reduce((a, b) => (comparePositions(a, b) <= 0 ? a : b));
}
