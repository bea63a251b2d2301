import { setTimeout as pause } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { httpDoor, inTurn, natsDoor } from '../world.doors.js';
import { Senders } from '../world.senders.js';
import type { Door } from '../world.senders.js';
import type { People } from '../world.people.js';
import { inspectCluster } from './cluster-inspection.js';
import type { Scenario } from './scenarios.js';
import { ServiceCluster } from './service-cluster.js';

/** Nobody else pushes here, so that a push is either visible or not yet. */
export const probes = 'probes';

/** Of the command bus: nobody else is on the broker. */
const prefix = 'tagalong';

const answeredWithinMs = 60_000;

export interface TrialOptions {
  readonly nodes: number;
  /** Commands under way at the same time. */
  readonly clients: number;
  /** How long the load runs before the fault and after it is over, in milliseconds. */
  readonly calmMs: number;
}

/** A cluster under a load of commands over HTTP and broker, on which faults are tried. */
export class Trial {
  readonly #faults: string[] = [];

  private constructor(
    readonly cluster: ServiceCluster,
    readonly senders: Senders,
    private readonly door: Door,
    private readonly connection: NatsConnection | undefined,
    private readonly options: TrialOptions,
  ) {}

  /** Starts everything. {@link stop} it in the end. */
  static async start(options: TrialOptions): Promise<Trial> {
    const senders = new Senders('trial');
    const cluster = await ServiceCluster.start({ nodes: options.nodes, people: withProbes(senders.people) });
    const { broker, nodes, operatorKey } = cluster;
    const connection = broker === undefined ? undefined : await cluster.brokerConnection(broker);
    const doors = [
      ...nodes.map((node) => httpDoor(() => node.url, operatorKey)),
      ...(connection === undefined ? [] : [natsDoor(connection, prefix, operatorKey)]),
    ];
    const [first, ...others] = doors;
    if (first === undefined) throw new Error('the cluster has no node');
    return new Trial(cluster, senders, inTurn([first, ...others]), connection, options);
  }

  /** Everything that was lost, happened twice, or is shown wrong so far. */
  get faults(): readonly string[] {
    return [...this.#faults, ...this.senders.faults];
  }

  /**
   * Tries one fault under load; then has everything answered that was not, and looks at what came of it.
   *
   * @returns milliseconds from the fault until a push through one node is visible on another
   */
  async try(scenario: Scenario): Promise<number> {
    const { clients, calmMs } = this.options;
    const work = { over: false };
    const load = Array.from({ length: clients }, () => this.senders.load(this.door, work));
    let tookOver: number;
    try {
      await pause(calmMs);
      tookOver = await scenario.run(this.cluster, probes);
      await pause(calmMs);
    } finally {
      work.over = true;
      await Promise.all(load);
    }
    await this.senders.resendUntilAnswered(this.door, answeredWithinMs);
    const { log, reading, faults } = await inspectCluster(this.cluster, [probes, ...this.senders.workspaces]);
    this.senders.confirm(log, reading);
    this.#faults.push(...faults);
    return tookOver;
  }

  async stop(): Promise<void> {
    await this.connection?.close();
    await this.cluster.stop();
  }
}

function withProbes({ accounts, workspaces }: People): People {
  return {
    accounts: { ...accounts, [probes]: {} },
    workspaces: { ...workspaces, [probes]: { account: probes, members: {} } },
  };
}
