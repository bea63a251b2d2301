import { connectionStringTo } from './connection-string.js';
import type { ConnectionStringOptions } from './connection-string.js';
import { LogDatabase } from './log-database.js';
import type { Member } from './node-context.js';
import { EventStoreDbServer } from './server.js';
import type { ClusterView, EventStoreDbServerOptions } from './server.js';

export interface EventStoreDbClusterOptions extends Omit<EventStoreDbServerOptions, 'port'> {
  /** Default 3. */
  readonly nodes?: number;
}

/** What an epoch record takes in the log when a leader is elected. */
const epochBytes = 158;

/**
 * Several nodes over one log, one of them the leader. Followers hand writes to the leader. When it dies they go on
 * believing in it, so that writes meet silence, until its death is noticed; then there is no leader and nothing is
 * served, until one is elected.
 */
export class EventStoreDbCluster {
  readonly nodes: readonly EventStoreDbServer[];
  readonly database: LogDatabase;
  readonly #caFile: string | undefined;
  readonly #knownDead = new Set<EventStoreDbServer>();
  #leader: EventStoreDbServer | undefined;

  private constructor(nodes: readonly EventStoreDbServer[], database: LogDatabase, caFile: string | undefined) {
    this.nodes = nodes;
    this.database = database;
    this.#caFile = caFile;
    this.#leader = nodes[0];
    for (const node of nodes) node.join(() => this.#viewOf(node));
  }

  /** The first node leads. {@link stop} it in the end. */
  static async start({ nodes = 3, ...options }: EventStoreDbClusterOptions = {}): Promise<EventStoreDbCluster> {
    const database = options.database ?? new LogDatabase();
    const started = await Promise.all(
      Array.from({ length: nodes }, () => EventStoreDbServer.start({ ...options, database })),
    );
    return new EventStoreDbCluster(started, database, options.tls?.caFile);
  }

  get connectionString(): string {
    return this.connectionStringFor();
  }

  connectionStringFor(options?: ConnectionStringOptions): string {
    return connectionStringTo(
      this.nodes.map(({ endpoint }) => endpoint),
      this.#caFile,
      options,
    );
  }

  /** @throws Error while there is none */
  get leader(): EventStoreDbServer {
    if (this.#leader === undefined) throw new Error('the cluster has no leader; elect() one first');
    return this.#leader;
  }

  /** Whether the others take this node for their leader. */
  leads(node: EventStoreDbServer): boolean {
    return node === this.#leader;
  }

  get followers(): readonly EventStoreDbServer[] {
    return this.nodes.filter((node) => node !== this.#leader);
  }

  /** Kills the leader. The others believe in it until {@link noticeDeath} or {@link elect}. @returns the dead node */
  async killLeader(): Promise<EventStoreDbServer> {
    const { leader } = this;
    await leader.stop();
    return leader;
  }

  /** Stops the leader in its tracks, as SIGSTOP does. Thawed after an election it follows. @returns the frozen node */
  freezeLeader(): EventStoreDbServer {
    const { leader } = this;
    leader.freeze();
    return leader;
  }

  /** Gossip tells who is dead. Without a leader nothing is served: "Server Is Not Ready". */
  noticeDeath(): void {
    for (const node of this.nodes) {
      if (!node.answering) this.#knownDead.add(node);
    }
    if (this.#leader?.answering === false) this.#leader = undefined;
  }

  /** Makes a node the leader, by default the first that answers and does not lead yet. @returns the leader */
  elect(node: EventStoreDbServer | undefined = this.followers.find(({ answering }) => answering)): EventStoreDbServer {
    if (node === undefined) throw new Error('no node answers; start one again before an election');
    this.noticeDeath();
    this.database.skip(epochBytes);
    this.#knownDead.delete(node);
    this.#leader = node;
    return node;
  }

  /** Kills the leader and elects another after so many milliseconds unnoticed and so many without a leader. */
  async failOver({ unnoticed, election }: { unnoticed: number; election: number }): Promise<EventStoreDbServer> {
    const dead = await this.killLeader();
    await pause(unnoticed);
    this.noticeDeath();
    await pause(election);
    this.elect();
    return dead;
  }

  /** Brings a dead node back as a follower, or as the leader if its death was not noticed. */
  async revive(node: EventStoreDbServer): Promise<void> {
    await node.startAgain();
    this.#knownDead.delete(node);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  #viewOf(node: EventStoreDbServer): ClusterView {
    return {
      members: this.nodes.map((member) => this.#memberOf(member)),
      otherLeader: this.#leader === node ? undefined : this.#leader?.endpoint,
      writes: this.#writes(),
    };
  }

  #memberOf(node: EventStoreDbServer): Member {
    return {
      instanceId: node.instanceId,
      endpoint: node.endpoint,
      leader: node === this.#leader,
      alive: !this.#knownDead.has(node),
    };
  }

  #writes(): ClusterView['writes'] {
    if (this.#leader === undefined) return 'not-ready';
    return this.#leader.answering ? 'serve' : 'silent';
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
