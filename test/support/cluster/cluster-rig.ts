import { randomUUID } from 'node:crypto';
import { ClusterSubscribers } from '../../../src/cluster/cluster-subscribers.js';
import type { ClusterReport } from '../../../src/cluster/cluster-parts.js';
import { systemClock } from '../../../src/composition/system-clock.js';
import { InMemoryEventStore } from '../../../src/event-store/in-memory/in-memory.event-store.js';
import type { MakeHolderTask } from '../../../src/event-sourcing/holder-task.js';
import type { Commit } from '../../../src/event-sourcing/subscribers.js';
import type { PostgresReadModel } from '../../../src/read-model/postgres/postgres.read-model.js';
import type { PostgresSettings } from '../../../src/read-model/postgres/postgres.settings.js';
import { PostgresSite, asSuperuser } from '../postgres/postgres-site.js';
import { tallyProjection } from '../read-model/tally-projection.js';
import type { TallySchema } from '../read-model/tally-projection.js';
import { until } from '../read-model/waiting.js';

/** One node, with what it reported and heard. */
export interface RigNode {
  readonly name: string;
  readonly subscribers: ClusterSubscribers;
  readonly readModel: PostgresReadModel<TallySchema>;
  readonly reports: ClusterReport[];
  readonly commits: Commit[];
  readonly doubts: () => number;
}

/** Nodes in this process that share a log in memory and a schema of PostgreSQL. */
export class ClusterRig {
  readonly events = new InMemoryEventStore();
  readonly site = new PostgresSite();
  readonly nodes: RigNode[] = [];

  /** By which PostgreSQL tells coordinating connections of these nodes from others: see {@link cutCoordination}. */
  get url(): string {
    const url = new URL(this.site.settings.url);
    url.searchParams.set('application_name', this.site.settings.schema);
    return url.href;
  }

  /** Has PostgreSQL end every coordinating connection of these nodes. */
  async cutCoordination(): Promise<void> {
    const name = `${this.site.settings.schema} coordinating`;
    await asSuperuser(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${name}'`);
  }

  /**
   * @param options.through settings by which the node's coordinating connections reach PostgreSQL
   */
  async node(
    name: string,
    options: { readonly through?: Partial<PostgresSettings>; readonly tasks?: readonly MakeHolderTask[] } = {},
  ): Promise<RigNode> {
    const readModel = await this.site.open<TallySchema>({ idleWriterMs: 2_000 });
    const reports: ClusterReport[] = [];
    const commits: Commit[] = [];
    let doubts = 0;
    const subscribers = new ClusterSubscribers({
      settings: { ...this.site.settings, url: this.url, ...options.through },
      database: readModel,
      store: readModel.projections,
      inTerm: (term) => readModel.inTerm(term),
      reader: this.events,
      clock: systemClock,
      report: () => undefined,
      tuning: { firstRetryMs: 1, lastRetryMs: 50 },
      projections: [tallyProjection()],
      tasks: options.tasks ?? [],
      holder: { id: randomUUID(), node: name },
      tell: (report) => reports.push(report),
      doubted: () => (doubts += 1),
    });
    subscribers.get('tallies').onCommitted((commit) => commits.push(commit));
    const node = { name, subscribers, readModel, reports, commits, doubts: () => doubts };
    this.nodes.push(node);
    await subscribers.start();
    return node;
  }

  /** The node that holds the lease. */
  async holder(): Promise<RigNode> {
    let found: RigNode | undefined;
    await until(() => {
      found = this.nodes.find(({ subscribers }) => subscribers.cluster.holds);
      return found !== undefined;
    });
    if (found === undefined) throw new Error('no node holds the lease');
    return found;
  }

  /** Ends a node in order. */
  async stop(node: RigNode): Promise<void> {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    await node.subscribers.stop();
    await node.readModel.close();
  }

  async close(): Promise<void> {
    for (const node of [...this.nodes]) await this.stop(node);
    await this.events.close();
    await this.site.dispose();
  }
}
