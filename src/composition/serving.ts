import { catalogProjection } from '../catalog/catalog.projection.js';
import { StoreUnavailableError } from '../event-sourcing/faults.js';
import { hasPassed } from '../event-sourcing/position.js';
import type { Position } from '../event-sourcing/position.js';
import type { Subscribers } from '../event-sourcing/subscribers.js';
import type { Serving } from '../http/serving.js';
import { accessProjection } from '../workspaces/access.projection.js';

/**
 * Serves once the catalog is whole and rights are known as they stood when the service started.
 *
 * A read model that is built from the log goes through all of the past: keys revoked since would open doors again, and
 * lists would be short. One that lost its latest writes in a power failure does so for a moment.
 *
 * @param head the end of the log at the start
 */
export function servingFrom(head: Position | undefined, projections: Pick<Subscribers, 'get'>): Serving {
  const [access, catalog] = [projections.get(accessProjection.name), projections.get(catalogProjection().name)];
  const missing = (): string | undefined => {
    if (!access.ready || !hasPassed(access.checkpoint, head)) return access.name;
    return catalog.ready ? undefined : catalog.name;
  };
  let serves = head === undefined;
  return {
    require() {
      if (serves) return;
      const name = missing();
      serves = name === undefined;
      if (name === undefined) return;
      const { checkpoint = 'the beginning' } = projections.get(name).status();
      throw new StoreUnavailableError(
        `the read model is being built from the event store: ${name} has come to ${checkpoint} of ${head ?? ''}. ` +
          'Nothing is lost; send the request again in a moment. /health/ready says how far it is',
      );
    },
  };
}
