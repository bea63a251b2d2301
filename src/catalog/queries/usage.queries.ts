import type { ExpressionBuilder } from 'kysely';
import { sql } from 'kysely';
import type { PreparedQuery } from '../../read-model/prepared-query.js';
import type { Slot } from '../../vocabulary/slot.js';
import { slotLabel } from '../../vocabulary/slot.js';
import type { CatalogSchema, DeploymentRow, ImageRow } from '../catalog.tables.js';
import { rowSlot } from '../row-slot.js';
import { deploymentView } from '../view/deployment.view.js';
import type { DeploymentView } from '../view/deployment.view.js';
import type { ImageUsage } from '../view/image-usage.view.js';
import { ownerOf, selectEntries } from './entry.query.js';
import type { EntryRow } from './entry.query.js';
import type { QuerySource } from './query-source.js';
import type { ShareQueries } from './share.queries.js';

type SlotValues = Readonly<{ workspace: string; resourceType: string; name: string }>;
type ImageKey = Pick<ImageRow, 'resource_type' | 'name'>;

/** Who depends on images, and on which nobody does. `now` is RFC 3339 in UTC with milliseconds. */
export class UsageQueries {
  readonly #entry: PreparedQuery<SlotValues, EntryRow>;
  readonly #ofImage: PreparedQuery<{ readonly slot: string }, DeploymentRow>;
  readonly #ofTarget: PreparedQuery<{ readonly slot: string; readonly target: string }, DeploymentRow>;
  readonly #unused: PreparedQuery<{ readonly workspace: string; readonly now: string }, ImageKey>;

  /** @param registry host of the registry, for pull references */
  constructor(
    source: QuerySource<CatalogSchema>,
    private readonly shares: ShareQueries,
    private readonly registry: string | undefined,
  ) {
    this.#entry = source.prepare((queries, value) =>
      selectEntries(queries, value('workspace'))
        .where('entry.resource_type', '=', value('resourceType'))
        .where('entry.name', '=', value('name')),
    );
    this.#ofImage = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_deployments')
        .selectAll()
        .where('source_slot', '=', value('slot'))
        .orderBy('workspace')
        .orderBy('kind')
        .orderBy('deployment'),
    );
    this.#ofTarget = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_deployments')
        .selectAll()
        .where('source_slot', '=', value('slot'))
        .where('workspace', '=', value('target'))
        .orderBy('kind')
        .orderBy('deployment'),
    );
    this.#unused = source.prepare((queries, value) =>
      queries
        .selectFrom('catalog_images as image')
        .select(['image.resource_type', 'image.name'])
        .where('image.workspace', '=', value('workspace'))
        .where('image.source_workspace', 'is', null)
        .where((eb) => eb.not(eb.exists(deploymentsOf(eb))))
        .where((eb) => eb.not(eb.exists(sharesOf(eb, value('now')))))
        .orderBy('image.resource_type')
        .orderBy('image.name'),
    );
  }

  /** Who depends on the image in a slot; `undefined` for an empty slot. */
  async usage(slot: Slot, now: string, maySee: (workspace: string) => boolean): Promise<ImageUsage | undefined> {
    const entry = await this.#entry.first({ ...slot });
    const shares = await this.shares.targets(slot, now);
    if (entry === undefined || shares === undefined) return undefined;
    const rows = await this.#ofImage.all({ slot: slotLabel(ownerOf(slot.workspace, entry)) });
    const byWorkspace = new Map<string, DeploymentView[]>();
    for (const row of rows) {
      if (!maySee(row.workspace)) continue;
      const deployments = byWorkspace.get(row.workspace) ?? [];
      deployments.push(deploymentView(row, this.registry));
      byWorkspace.set(row.workspace, deployments);
    }
    return { shares, workspaces: [...byWorkspace].map(([workspace, deployments]) => ({ workspace, deployments })) };
  }

  /** What would stop working in a target workspace if the image of this owner were no longer shared with it. */
  async unshareImpact(owner: Slot, target: string): Promise<readonly DeploymentView[]> {
    const rows = await this.#ofTarget.all({ slot: slotLabel(owner), target });
    return rows.map((row) => deploymentView(row, this.registry));
  }

  /** The images that a workspace owns and nobody needs: not deployed, not shared, not offered to anyone. */
  async unused(workspace: string, now: string): Promise<readonly Slot[]> {
    return (await this.#unused.all({ workspace, now })).map((row) => rowSlot(workspace, row));
  }
}

type Images = ExpressionBuilder<CatalogSchema & { image: ImageRow }, 'image'>;

function deploymentsOf(eb: Images) {
  return eb
    .selectFrom('catalog_deployments as deployment')
    .select('deployment.deployment')
    .whereRef('deployment.workspace', '=', 'image.workspace')
    .whereRef('deployment.resource_type', '=', 'image.resource_type')
    .whereRef('deployment.name', '=', 'image.name');
}

function sharesOf(eb: Images, now: string) {
  return eb
    .selectFrom('catalog_shares as share')
    .select('share.slot')
    .where('share.slot', '=', sql<string>`image.workspace || '/' || image.resource_type || '/' || image.name`)
    .where((share) => share.or([share('share.status', '=', 'active'), share('share.expires_at', '>', now)]));
}
