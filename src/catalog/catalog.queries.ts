import type { Position } from '../event-sourcing/position.js';
import type { CatalogSchema } from './catalog.tables.js';
import { HistoryQueries } from './history/history.queries.js';
import type { CatalogHistorySchema } from './history/history.tables.js';
import { DeploymentQueries } from './queries/deployment.queries.js';
import { ImageQueries } from './queries/image.queries.js';
import type { QuerySource } from './queries/query-source.js';
import { RenderedImages } from './queries/rendered-images.js';
import { RenditionCache } from './queries/rendition-cache.js';
import { ResolveQueries } from './queries/resolve.queries.js';
import { ShareQueries } from './queries/share.queries.js';
import { UsageQueries } from './queries/usage.queries.js';
import { ImageRenderer } from './view/rendered-image.js';

/** Everything that can be asked of the catalog, by topic. */
export interface CatalogQueries {
  readonly images: ImageQueries;
  readonly resolve: ResolveQueries;
  readonly shares: ShareQueries;
  readonly deployments: DeploymentQueries;
  readonly usage: UsageQueries;
  readonly history: HistoryQueries;
}

/**
 * The queries of the catalog over one read model. Make them once: they keep compiled SQL and what they rendered.
 *
 * @param registry host of the registry, to be shown in repository names and pull references
 * @param passed the position that queries of the catalog have passed: while it stands still, lists are answered
 *   from memory. Call `images.forget()` when the catalog was built anew.
 */
export function catalogQueries(
  catalog: QuerySource<CatalogSchema>,
  history: QuerySource<CatalogHistorySchema>,
  registry?: string,
  passed?: () => Position | undefined,
): CatalogQueries {
  const renderer = new ImageRenderer(registry);
  const shares = new ShareQueries(catalog);
  return {
    images: new ImageQueries(catalog, new RenderedImages(new RenditionCache(catalog), renderer), renderer, passed),
    resolve: new ResolveQueries(catalog, registry),
    shares,
    deployments: new DeploymentQueries(catalog, registry),
    usage: new UsageQueries(catalog, shares, registry),
    history: new HistoryQueries(history, renderer),
  };
}
