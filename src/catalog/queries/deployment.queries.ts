import type { Kysely } from 'kysely';
import type { PreparedQuery } from '../../read-model/prepared-query.js';
import type { ResourceType } from '../../vocabulary/names.js';
import type { CatalogSchema, DeploymentRow } from '../catalog.tables.js';
import { deploymentView } from '../view/deployment.view.js';
import type { DeploymentView } from '../view/deployment.view.js';
import { writeDeploymentCursor } from './deployment-cursor.js';
import type { DeploymentCursor } from './deployment-cursor.js';
import { everything } from './limit.js';
import type { QuerySource } from './query-source.js';

/** Which deployments of a workspace to list. */
export interface DeploymentFilter {
  readonly kind?: ResourceType | undefined;
  /** At most so many. Default: all. */
  readonly limit?: number | undefined;
  /** Begin after this deployment. */
  readonly after?: DeploymentCursor | undefined;
}

/** Deployments in order of kind and name. */
export interface DeploymentPage {
  readonly deployments: readonly DeploymentView[];
  /** Where the next page begins; absent on the last one. */
  readonly nextCursor?: string;
}

interface Place {
  readonly workspace: string;
  readonly kind: string;
}

type PageValues = Readonly<{ workspace: string; kind: string; afterKind: string; afterName: string; limit: number }>;

/** What runs in a workspace. */
export class DeploymentQueries {
  readonly #ofWorkspace: PreparedQuery<PageValues, DeploymentRow>;
  readonly #ofKind: PreparedQuery<PageValues, DeploymentRow>;
  readonly #one: PreparedQuery<Place & { readonly name: string }, DeploymentRow>;

  /** @param registry host of the registry, for pull references */
  constructor(
    source: QuerySource<CatalogSchema>,
    private readonly registry: string | undefined,
  ) {
    this.#ofWorkspace = source.prepare((queries, value) => selectPage(queries, value));
    this.#ofKind = source.prepare((queries, value) => selectPage(queries, value).where('kind', '=', value('kind')));
    this.#one = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_deployments')
        .selectAll()
        .where('workspace', '=', value('workspace'))
        .where('kind', '=', value('kind'))
        .where('deployment', '=', value('name')),
    );
  }

  /** What runs in a workspace, in order of kind and name. */
  async list(workspace: string, filter: DeploymentFilter = {}): Promise<DeploymentPage> {
    const { kind, limit = everything, after } = filter;
    const rows = await (kind === undefined ? this.#ofWorkspace : this.#ofKind).all({
      workspace,
      kind: kind ?? '',
      afterKind: after?.kind ?? '',
      afterName: after?.name ?? '',
      limit: limit + 1,
    });
    const deployments = rows.slice(0, limit).map((row) => deploymentView(row, this.registry));
    const last = rows.length > limit ? deployments.at(-1) : undefined;
    return { deployments, ...(last !== undefined && { nextCursor: writeDeploymentCursor(last.metadata) }) };
  }

  /** The deployment of this kind and name, from whichever image. */
  async get(workspace: string, kind: ResourceType, name: string): Promise<DeploymentView | undefined> {
    const row = await this.#one.first({ workspace, kind, name });
    return row && deploymentView(row, this.registry);
  }
}

function selectPage(queries: Kysely<CatalogSchema>, value: <K extends keyof PageValues>(name: K) => PageValues[K]) {
  return queries
    .selectFrom('catalog_deployments')
    .selectAll()
    .where('workspace', '=', value('workspace'))
    .where((eb) => eb(eb.refTuple('kind', 'deployment'), '>', eb.tuple(value('afterKind'), value('afterName'))))
    .orderBy('kind')
    .orderBy('deployment')
    .limit(value('limit'));
}
