import type { ProjectionRows, RowSet, TableSpec } from '../../event-sourcing/projection.js';
import { imageStream, parseImageStream } from '../../vocabulary/slot.js';
import type { Slot } from '../../vocabulary/slot.js';
import type { Deployment } from './deployment-moves.js';

type PlaceRow = Readonly<{
  workspace: string;
  kind: string;
  deployment: string;
  /** The stream of the image it was last recorded in. */
  stream: string;
}>;

export const deploymentPlacesTable: TableSpec<PlaceRow> = {
  name: 'deployment_places',
  columns: {
    workspace: { type: 'text' },
    kind: { type: 'text' },
    deployment: { type: 'text' },
    stream: { type: 'text' },
  },
  primaryKey: ['workspace', 'kind', 'deployment'],
};

/** In which image each deployment was last recorded, in the order of the log. */
export class DeploymentPlaces {
  readonly #rows: RowSet<PlaceRow>;

  constructor(rows: ProjectionRows) {
    this.#rows = rows.table(deploymentPlacesTable);
  }

  /** To be called first, for all that will be asked for. */
  load(deployments: readonly Deployment[]): Promise<void> {
    return this.#rows.load(deployments.map(keyOf));
  }

  find(deployment: Deployment): Slot | undefined {
    const row = this.#rows.get(...keyOf(deployment));
    return row === undefined ? undefined : parseImageStream(row.stream);
  }

  put({ workspace, kind, deployment }: Deployment, slot: Slot): void {
    this.#rows.put({ workspace, kind, deployment, stream: imageStream(slot) });
  }
}

function keyOf({ workspace, kind, deployment }: Deployment): readonly [string, string, string] {
  return [workspace, kind, deployment];
}
