import { isDeepStrictEqual } from 'node:util';
import type { DeploymentView } from '../../../src/catalog/view/deployment.view.js';
import type { ImageView } from '../../../src/catalog/view/image.view.js';
import type { RecordedEvent } from '../../../src/event-sourcing/event.js';
import type { ProjectionView } from '../../../src/operations/projection.view.js';
import { eventually } from '../eventually.js';
import { wholeLog } from '../event-store/events.js';
import { expected, sightOf } from '../model.catalog.js';
import { readSlots, unsettled } from '../model.log.js';
import type { LogReading } from '../model.log.js';
import { Platform } from '../platform.js';
import type { ClusterNode } from './cluster-node.js';
import type { ServiceCluster } from './service-cluster.js';

/** What a look at a whole cluster came to. */
export interface ClusterInspection {
  readonly log: readonly RecordedEvent[];
  readonly reading: LogReading;
  /** Everything that is not as it should be. */
  readonly faults: readonly string[];
}

/**
 * Waits until everything has settled, and looks for what must not be: a log that contradicts itself, a command with two
 * effects, a share or a deployment in half, nodes that show different catalogs, a catalog that is not what the log
 * says, and a read model that differs from a replay.
 *
 * A command whose sender has given up waiting may still be under way. Where the log has gone on meanwhile, everything is
 * looked at once more.
 */
export async function inspectCluster(
  cluster: ServiceCluster,
  workspaces: readonly string[],
): Promise<ClusterInspection> {
  return eventually('nothing happens while the cluster is looked at', async () => {
    await settled(cluster);
    const found = await look(cluster, workspaces);
    return (await cluster.events.head()) === found.log.at(-1)?.position ? found : undefined;
  });
}

async function look(cluster: ServiceCluster, workspaces: readonly string[]): Promise<ClusterInspection> {
  const log = await wholeLog(cluster.events);
  const reading = readSlots(log);
  const faults = [...reading.contradictions, ...unsettled(reading)];
  for (const workspace of workspaces) faults.push(...(await compareNodes(cluster, workspace, reading, log)));
  faults.push(...(await verification(cluster)));
  return { log, reading, faults };
}

/** Every subscriber has passed the end of the log, and no more comes of it. */
async function settled({ nodes: [node], operatorKey: key, events }: ServiceCluster): Promise<void> {
  if (node === undefined) throw new Error('the cluster has no node');
  await eventually('the subscribers have passed the end of the log', async () => {
    const head = await events.head();
    if (head === undefined) return true;
    const answer = await node.ask('GET', '/projections', { key });
    if (answer.status !== 200) return undefined;
    const all = answer.body as readonly ProjectionView[];
    const passed = all.every(({ checkpoint }) => checkpoint !== undefined && checkpoint >= head);
    return passed && (await events.head()) === head ? true : undefined;
  });
}

async function compareNodes(
  { nodes, operatorKey }: ServiceCluster,
  workspace: string,
  reading: LogReading,
  log: readonly RecordedEvent[],
): Promise<readonly string[]> {
  const minPosition = log.at(-1)?.position ?? '';
  const faults: string[] = [];
  const { images, deployments } = expected(reading, workspace);
  for (const node of nodes) {
    const [listed, deployed] = [
      await list<ImageView>(node, '/images', { workspace, operatorKey, minPosition }),
      await list<DeploymentView>(node, '/deployments', { workspace, operatorKey, minPosition }),
    ];
    const shown = sightOf(workspace, listed, deployed);
    const said = { images, deployments };
    if (!isDeepStrictEqual(shown, said)) {
      faults.push(`${node.name} shows ${workspace} ${JSON.stringify(shown)} and the log says ${JSON.stringify(said)}`);
    }
  }
  return faults;
}

interface Question {
  readonly workspace: string;
  readonly operatorKey: string;
  readonly minPosition: string;
}

async function list<T>(
  node: ClusterNode,
  path: string,
  { workspace, operatorKey: key, minPosition }: Question,
): Promise<readonly T[]> {
  return eventually(`${node.name} answers ${path} at ${minPosition}`, async () => {
    const query = new URLSearchParams({ minPosition });
    const answer = await node.ask('GET', `${path}?${query.toString()}`, { key, workspace });
    return answer.status === 200 ? (answer.body as readonly T[]) : undefined;
  });
}

/** What `audit verify` finds, asked of the last node. */
async function verification({ nodes, operatorKey }: ServiceCluster): Promise<readonly string[]> {
  const { url } = nodes.at(-1) ?? {};
  if (url === undefined) return [];
  const lines = await new Platform({ url, operatorKey }).lines('POST', '/audit/verify');
  return lines.at(-1)?.['ok'] === true ? [] : lines.map((line) => JSON.stringify(line));
}
