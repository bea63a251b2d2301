import type { TemporaryReadModel } from '../audit/read-models.js';
import type { ReplayFilter, ReplayMessage } from '../audit/replays.js';
import { catalogQueries } from '../catalog/catalog.queries.js';
import { deploymentsTable, imagesTable } from '../catalog/catalog.tables.js';
import type { DeploymentRow, ImageRow } from '../catalog/catalog.tables.js';
import { rowSlot } from '../catalog/row-slot.js';
import { deploymentView } from '../catalog/view/deployment.view.js';
import type { ReadModelSchema } from './projections.js';

interface Told {
  readonly images: number;
  readonly deployments: number;
}

/** Tells what a replayed read model holds, in order of workspace. Answers how much that was. */
export async function* tellState(
  { readModel, view }: Pick<TemporaryReadModel<ReadModelSchema>, 'readModel' | 'view'>,
  filter: ReplayFilter,
  { signal, registry }: { readonly signal?: AbortSignal; readonly registry: string | undefined },
): AsyncGenerator<ReplayMessage, Told, undefined> {
  const catalog = catalogQueries(readModel, readModel, registry);
  let images = 0;
  for await (const row of view.rows(imagesTable)) {
    signal?.throwIfAborted();
    if (!isWanted(row, filter)) continue;
    const rendered = await catalog.images.get(rowSlot(row.workspace, row));
    // Its source is gone, and so it is for everybody who looks.
    if (rendered === undefined) continue;
    const image: unknown = JSON.parse(rendered.body);
    images += 1;
    yield { kind: 'image', image };
  }
  let deployments = 0;
  for await (const row of view.rows(deploymentsTable)) {
    signal?.throwIfAborted();
    if (!isWanted(row, filter)) continue;
    deployments += 1;
    yield { kind: 'deployment', deployment: deploymentView(row, registry) };
  }
  return { images, deployments };
}

function isWanted(
  row: Pick<ImageRow | DeploymentRow, 'workspace' | 'resource_type' | 'name'>,
  { workspace, image }: ReplayFilter,
): boolean {
  if (workspace !== undefined && row.workspace !== workspace) return false;
  return image === undefined || (row.resource_type === image.resourceType && row.name === image.name);
}
