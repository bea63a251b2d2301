import { invalidInput, Refusal } from '../http/refusal.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import { parseResourceType } from '../vocabulary/names.js';
import type { ResourceType } from '../vocabulary/names.js';
import { slotLabel } from '../vocabulary/slot.js';
import type { Slot } from '../vocabulary/slot.js';
import type { AccessDirectory } from '../workspaces/authorization/access-directory.js';
import type { Principal } from '../workspaces/authorization/principal.js';
import type { CatalogReader } from './catalog-reader.js';
import { parseDeploymentCursor } from './queries/deployment-cursor.js';
import type { DeploymentPage, DeploymentQueries } from './queries/deployment.queries.js';
import { parseImageCursor } from './queries/image-cursor.js';
import type { ImagePage } from './queries/image.queries.js';
import type { ResolveQueries, Wanted } from './queries/resolve.queries.js';
import type { ShareQueries } from './queries/share.queries.js';
import type { UsageQueries } from './queries/usage.queries.js';
import type { DeploymentView } from './view/deployment.view.js';
import type { ImageUsage } from './view/image-usage.view.js';
import type { Rendered } from './view/rendered-image.js';
import type { ResolvedImage } from './view/resolved-image.js';
import type { ImageShareTargetView, PendingShareView } from './view/share.view.js';

/** What every question may say: answer with what is known at this position or later. */
export interface Asked {
  readonly minPosition?: string | undefined;
}

export interface ListImages extends Asked {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly q?: string | undefined;
  readonly type?: string | undefined;
  readonly shared?: 'in' | 'out' | 'none' | undefined;
  /** A time in RFC 3339 or a position. */
  readonly at?: string | undefined;
}

export interface GetImage extends Asked {
  readonly tag?: string | undefined;
  /** A time in RFC 3339 or a position. */
  readonly at?: string | undefined;
}

export interface ResolveImage extends Asked {
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
}

export interface ListDeployments extends Asked {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly kind?: string | undefined;
}

export interface CatalogAnswersOptions {
  readonly reader: CatalogReader;
  readonly resolving: ResolveQueries;
  readonly usage: UsageQueries;
  readonly shares: ShareQueries;
  readonly deployments: DeploymentQueries;
  readonly readYourWrites: ReadYourWrites;
  readonly directory: Pick<AccessDirectory, 'workspacesOf'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Answers what any door asks about a catalog, once the asker's right to the workspace is known. Each throws a Refusal where there is no answer. */
export class CatalogAnswers {
  constructor(private readonly options: CatalogAnswersOptions) {}

  async images(workspace: string, { at, minPosition, ...filter }: ListImages): Promise<ImagePage> {
    await this.#asked(minPosition);
    const { limit, cursor, q, type, shared } = filter;
    const after = cursor === undefined ? undefined : parseImageCursor(cursor);
    if (cursor !== undefined && after === undefined) throw invalidCursor();
    const kind = type === undefined ? undefined : parseResourceType(type);
    return this.options.reader.list(workspace, { limit, after, q, type: kind, shared }, at);
  }

  /** The image as a whole; when the question names a tag, only if it has that tag. */
  async image(slot: Slot, { tag, at, minPosition }: GetImage): Promise<Rendered> {
    await this.#asked(minPosition);
    const { reader } = this.options;
    const found = await reader.get(slot, at);
    if (found === undefined) throw imageMissing(slot);
    if (tag !== undefined && at === undefined) await this.#resolved(slot, { tag });
    else if (tag !== undefined && at !== undefined && !(await reader.hadTag(slot, tag, at)))
      throw notFound('tag-not-found', `${slotLabel(slot)} had no tag ${tag} then.`);
    return found;
  }

  /** What a tag or digest means now; the tag pushed last when neither is asked for. */
  async resolve(slot: Slot, { tag, digest, minPosition }: ResolveImage): Promise<ResolvedImage> {
    await this.#asked(minPosition);
    return this.#resolved(slot, wantedOf(tag, digest));
  }

  /** The shares, and what is deployed from the image in the workspaces that the asker may see. */
  async usage(slot: Slot, asker: Principal, { minPosition }: Asked): Promise<ImageUsage> {
    await this.#asked(minPosition);
    const visible = await this.options.directory.workspacesOf(asker);
    const names = new Set(visible.map(({ workspace }) => workspace.name));
    const usage = await this.options.usage.usage(slot, this.#now(), (workspace) => names.has(workspace));
    if (usage === undefined) throw imageMissing(slot);
    return usage;
  }

  /** With which workspaces an image is shared, or asked to be. */
  async imageShares(slot: Slot, { minPosition }: Asked): Promise<readonly ImageShareTargetView[]> {
    await this.#asked(minPosition);
    const targets = await this.options.shares.targets(slot, this.#now());
    if (targets === undefined) throw imageMissing(slot);
    return targets;
  }

  /** What other accounts ask this workspace to take, or what it asks others to. */
  async pendingShares(
    workspace: string,
    direction: 'incoming' | 'outgoing' | undefined,
    { minPosition }: Asked,
  ): Promise<readonly PendingShareView[]> {
    await this.#asked(minPosition);
    const { shares } = this.options;
    return direction === 'outgoing' ? shares.outgoing(workspace, this.#now()) : shares.incoming(workspace, this.#now());
  }

  async deployments(workspace: string, { kind, limit, cursor, minPosition }: ListDeployments): Promise<DeploymentPage> {
    await this.#asked(minPosition);
    const after = cursor === undefined ? undefined : parseDeploymentCursor(cursor);
    if (cursor !== undefined && after === undefined) throw invalidCursor();
    return this.options.deployments.list(workspace, {
      kind: kind === undefined ? undefined : parseResourceType(kind),
      limit,
      after,
    });
  }

  async deployment(
    workspace: string,
    kind: ResourceType,
    name: string,
    { minPosition }: Asked,
  ): Promise<DeploymentView> {
    await this.#asked(minPosition);
    const found = await this.options.deployments.get(workspace, kind, name);
    if (found === undefined) throw deploymentMissing(workspace, kind, name);
    return found;
  }

  #asked(minPosition: string | undefined): Promise<void> {
    return this.options.readYourWrites.asked(minPosition);
  }

  #now(): string {
    return new Date(this.options.now()).toISOString();
  }

  async #resolved(slot: Slot, wanted: Wanted): Promise<ResolvedImage> {
    const { kind, ...resolution } = await this.options.resolving.resolve(slot, wanted);
    if (kind === 'resolved' && 'digest' in resolution) return resolution;
    if (kind === 'image-not-found') throw imageMissing(slot);
    const what =
      wanted === 'latest'
        ? 'no tag yet'
        : 'tag' in wanted
          ? `no tag ${wanted.tag}`
          : `no tag that points at ${wanted.digest}`;
    throw notFound(kind === 'resolved' ? 'tag-not-found' : kind, `${slotLabel(slot)} has ${what}.`);
  }
}

/** The refusal of a question about a deployment that there is not. */
export function deploymentMissing(workspace: string, kind: ResourceType, name: string): Refusal {
  return notFound('deployment-not-found', `There is no ${kind} deployment ${name} in workspace ${workspace}.`);
}

function wantedOf(tag: string | undefined, digest: string | undefined): Wanted {
  if (tag !== undefined && digest !== undefined) {
    throw invalidInput('invalid-input', 'Ask for a tag or for a digest, not for both.');
  }
  if (digest !== undefined) return { digest };
  return tag === undefined ? 'latest' : { tag };
}

function imageMissing(slot: Slot): Refusal {
  return notFound(
    'image-not-found',
    `There is no image ${slot.resourceType}/${slot.name} in workspace ${slot.workspace}.`,
  );
}

function invalidCursor(): Refusal {
  return invalidInput('invalid-cursor', 'cursor is not one that the service gave out. Begin again without it.');
}

function notFound(code: string, message: string): Refusal {
  return new Refusal({ code, category: 'not-found', message });
}
