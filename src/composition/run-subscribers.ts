import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { ClusterSubscribers } from '../cluster/cluster-subscribers.js';
import type { ClusterReport, ClusterStatus } from '../cluster/cluster-parts.js';
import type { Config } from '../config/config.js';
import type { MakeHolderTask } from '../event-sourcing/holder-task.js';
import type { SubscriberReport } from '../event-sourcing/subscriber-surroundings.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Clock } from '../event-sourcing/subscriber-clock.js';
import type { Subscribers } from '../event-sourcing/subscribers.js';
import { LocalSubscribers } from './local-subscribers.js';
import type { Stores } from './open-stores.js';

export interface SubscriberParts {
  readonly config: Pick<Config, 'nodeName'>;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly projections: readonly Projection[];
  /** What else runs once in the service. */
  readonly tasks: readonly MakeHolderTask[];
  /** Called when what other nodes commit is not known here for now: see {@link RunningSubscribers.fresh}. */
  readonly doubted: () => void;
}

/** The subscribers, wherever they run. */
export interface RunningSubscribers {
  readonly subscribers: Subscribers;
  /** True while answers kept in memory are as new as what the subscribers tell. */
  readonly fresh: () => boolean;
  /** Absent where the service is one process. */
  readonly cluster?: () => ClusterStatus;
}

/** The subscribers of this process, or of the cluster it is a node of. They are still to be started. */
export function makeSubscribers(parts: SubscriberParts): RunningSubscribers {
  const { config, stores, clock, logger, projections, tasks, doubted } = parts;
  const report = (told: SubscriberReport): void => {
    logReport(logger, told);
  };
  const { readModel, events: reader, shared } = stores;
  if (shared === undefined) {
    const surroundings = { store: readModel.projections, reader, clock, report };
    return { subscribers: new LocalSubscribers(surroundings, projections, tasks), fresh: () => true };
  }
  const cluster = new ClusterSubscribers({
    settings: shared.settings,
    database: shared,
    store: shared.projections,
    inTerm: (term) => shared.inTerm(term),
    reader,
    clock,
    report,
    projections,
    tasks,
    holder: { id: randomUUID(), node: config.nodeName },
    tell: (told) => {
      logCluster(logger, config.nodeName, told);
    },
    doubted,
  });
  return { subscribers: cluster, fresh: () => cluster.fresh, cluster: () => cluster.cluster };
}

function logReport(logger: Logger, report: SubscriberReport): void {
  const { name: projection, kind, ...details } = report;
  switch (kind) {
    case 'complete':
    case 'swapped-in':
      logger.info({ projection, ...details }, `projection ${kind}`);
      return;
    case 'retrying':
      logger.warn({ projection, ...details }, 'projection tries again');
      return;
    case 'failed':
    case 'listener-failed':
      logger.error({ projection, ...details }, `projection ${kind}`);
  }
}

function logCluster(logger: Logger, node: string, report: ClusterReport): void {
  switch (report.kind) {
    case 'term-begun':
      logger.info({ node, term: report.term }, 'this node runs the subscribers');
      return;
    case 'term-ended':
      logger.warn({ node, term: report.term, reason: report.reason }, 'this node runs the subscribers no more');
      return;
    case 'trouble':
      logger.warn({ node, err: report.fault }, 'the cluster cannot be seen or served; trying again');
  }
}
