import type { SqliteReadModel } from '../read-model/sqlite/sqlite.read-model.js';
import { DeploymentQueries } from '../catalog/queries/deployment.queries.js';
import { ImageQueries } from '../catalog/queries/image.queries.js';
import { RenditionCache } from '../catalog/queries/rendition-cache.js';
import { ResolveQueries } from '../catalog/queries/resolve.queries.js';
import { ShareQueries } from '../catalog/queries/share.queries.js';
import { UsageQueries } from '../catalog/queries/usage.queries.js';
import { ImageRenderer } from '../catalog/view/rendered-image.js';
import type { ReadModelSchema } from './projections.js';

/** Everything that can be asked of the catalog as it is now. */
export interface CatalogQueries {
  readonly images: ImageQueries;
  readonly shares: ShareQueries;
  readonly deployments: DeploymentQueries;
  readonly resolve: ResolveQueries;
  readonly usage: UsageQueries;
}

export function createCatalogQueries(
  readModel: SqliteReadModel<ReadModelSchema>,
  registryHost: string,
): CatalogQueries {
  const shares = new ShareQueries(readModel);
  return {
    images: new ImageQueries(readModel, new RenditionCache(readModel), new ImageRenderer(registryHost)),
    shares,
    deployments: new DeploymentQueries(readModel, registryHost),
    resolve: new ResolveQueries(readModel, registryHost),
    usage: new UsageQueries(readModel, shares, registryHost),
  };
}
