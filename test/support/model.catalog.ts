import type { DeploymentView } from '../../src/catalog/view/deployment.view.js';
import type { ImageView } from '../../src/catalog/view/image.view.js';
import { slotLabel } from '../../src/vocabulary/slot.js';
import type { LogReading, SlotFacts } from './model.log.js';
import type { World } from './world.js';

/** What one workspace sees, in plain words that compare. */
export interface Sight {
  /** `type/name` of each image, with whose it is and its tags, the one pushed last first. */
  readonly images: readonly string[];
  /** With whom its images are shared, or asked to be. */
  readonly shares: readonly string[];
  readonly deployments: readonly string[];
}

/** What the catalog shows a workspace. */
export async function seen(world: World, workspace: string): Promise<Sight> {
  const { catalog } = world.service;
  const images = await world.list(workspace);
  const shares: string[] = [];
  for (const { metadata } of images) {
    const resourceType = metadata.resourceType as 'sandbox';
    // Requests are compared whether they have expired or not.
    const targets = await catalog.shares.targets({ workspace, resourceType, name: metadata.name }, '');
    for (const { workspace: target, status } of targets ?? []) {
      shares.push(`${resourceType}/${metadata.name} ${status} ${target}`);
    }
  }
  const deployments = await catalog.deployments.list(workspace);
  return { ...sightOf(workspace, images, deployments.deployments), shares: shares.sort() };
}

/** What lists of images and deployments show a workspace. */
export function sightOf(
  workspace: string,
  images: readonly ImageView[],
  deployments: readonly DeploymentView[],
): Omit<Sight, 'shares'> {
  return {
    images: images.map(({ metadata, spec }) =>
      sight(
        `${metadata.resourceType}/${metadata.name}`,
        metadata.sourceWorkspace ?? workspace,
        spec.tags.map((tag) => [tag.name, tag.digest]),
      ),
    ),
    deployments: deployments
      .map(({ metadata, spec }) => {
        const { resourceType, name, sourceWorkspace } = spec.image;
        const slot = slotLabel({ workspace: sourceWorkspace ?? workspace, resourceType, name });
        return `${metadata.kind}/${metadata.name} ${slot}@${spec.digest}`;
      })
      .sort(),
  };
}

/** What a workspace must see by the log. */
export function expected({ slots }: LogReading, workspace: string): Sight {
  const here = [...slots.values()].filter((slot) => slot.workspace === workspace && slot.holder !== 'nobody');
  return {
    images: here.flatMap((slot) => imageOf(slots, slot)).sort(),
    shares: here
      .flatMap(({ image, shares, requests }) => [
        ...[...shares.keys()].map((target) => `${image} active ${target}`),
        ...[...requests.keys()].map((target) => `${image} pending ${target}`),
      ])
      .sort(),
    deployments: here
      .flatMap((slot) =>
        [...slot.deployments].map(([name, digest]) => `${name} ${ownerOf(slot)}/${slot.image}@${digest}`),
      )
      .sort(),
  };
}

function imageOf(slots: LogReading['slots'], slot: SlotFacts): readonly string[] {
  const owner = slots.get(`${ownerOf(slot)}/${slot.image}`);
  return owner === undefined ? [] : [sight(slot.image, owner.workspace, [...owner.tags].reverse())];
}

function ownerOf({ workspace, holder }: SlotFacts): string {
  return typeof holder === 'object' ? holder.source : workspace;
}

function sight(image: string, owner: string, tags: readonly (readonly [string, string])[]): string {
  return `${image} of ${owner}: ${tags.map(([tag, digest]) => `${tag}@${digest.slice(-4)}`).join(' ')}`;
}
