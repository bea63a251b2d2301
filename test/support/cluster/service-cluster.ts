import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { openEventStore } from '../../../src/composition/open-event-store.js';
import type { OpenEventStore } from '../../../src/composition/open-event-store.js';
import type { People } from '../world.people.js';
import { settle } from '../world.people.js';
import { eventually } from '../eventually.js';
import { temporaryDirectory } from '../event-store/temporary-directory.js';
import { EventStoreDbProcess } from '../eventstoredb/process.js';
import { EmbeddedPostgres } from '../postgres/embedded-server.js';
import { runStatement } from '../postgres/run-statement.js';
import { ClusterNode } from './cluster-node.js';
import { NatsServer } from './nats-server.js';

const whoHolds = 'SELECT node FROM tagalong.cluster_leases WHERE holder IS NOT NULL AND expires_at > clock_timestamp()';

export interface ServiceClusterOptions {
  readonly nodes: number;
  /** On record before the nodes start. */
  readonly people?: People;
}

/** Nodes of the service over one event store, one PostgreSQL and one broker, all of their own and all of which may be hurt. */
export class ServiceCluster {
  private constructor(
    readonly nodes: readonly ClusterNode[],
    readonly postgres: EmbeddedPostgres,
    readonly store: EventStoreDbProcess,
    /** Nothing where no such program is installed. */
    readonly broker: NatsServer | undefined,
    /** The log, read past the nodes. */
    readonly events: OpenEventStore['events'],
    readonly operatorKey: string,
    private readonly dispose: () => Promise<void>,
  ) {}

  /** Starts everything; the nodes at the same moment, in empty directories. {@link stop} it in the end. */
  static async start({ nodes: count, people }: ServiceClusterOptions): Promise<ServiceCluster> {
    const opened: (() => Promise<unknown>)[] = [];
    const dispose = async (): Promise<void> => {
      for (const close of opened.splice(0).reverse()) await close();
    };
    const keep = <T>(part: T, close: () => Promise<unknown>): T => {
      opened.push(close);
      return part;
    };
    try {
      const directory = await temporaryDirectory();
      keep(directory, () => directory.remove());
      const postgres = await EmbeddedPostgres.start();
      keep(postgres, () => postgres.dispose());
      const store = await EventStoreDbProcess.start();
      keep(store, () => store.stop());
      const broker = await NatsServer.start();
      keep(broker, () => broker?.halt() ?? Promise.resolve());
      const { connectionString } = store;
      const place = { kind: 'eventstoredb', connectionString, prefix: '' } as const;
      const { events } = await openEventStore({ dataDirectory: directory.path, eventStore: place });
      keep(events, () => events.close());
      if (people !== undefined) await settle(events, people);
      const settings = { eventStore: connectionString, readModel: postgres.url, commandBus: broker?.url };
      const nodes: ClusterNode[] = [];
      for (let n = 1; n <= count; n++) {
        const node = await ClusterNode.prepare(`node-${n}`, join(directory.path), settings);
        nodes.push(keep(node, () => node.stop()));
      }
      await Promise.all(nodes.map((node) => node.start()));
      return new ServiceCluster(nodes, postgres, store, broker, events, await keyOf(nodes), dispose);
    } catch (fault) {
      await dispose();
      throw fault;
    }
  }

  /** The node that runs the subscribers. */
  async holder(): Promise<ClusterNode> {
    return eventually('a node holds the lease', async () => {
      const { rows } = await runStatement(whoHolds, this.postgres.url);
      const [row] = rows as readonly { readonly node: string }[];
      return this.nodes.find(({ pid }) => row?.node.endsWith(`:${pid}`) === true);
    });
  }

  /** A client of the broker that comes back by itself. */
  async brokerConnection(broker: NatsServer): Promise<NatsConnection> {
    return connect({ servers: broker.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  }

  stop(): Promise<void> {
    return this.dispose();
  }
}

async function keyOf(nodes: readonly ClusterNode[]): Promise<string> {
  const keys = (await Promise.all(nodes.map((node) => node.key()))).filter((key) => key !== undefined);
  const [key] = keys;
  if (key === undefined || keys.length > 1) throw new Error(`${keys.length} nodes have made an operator key`);
  return key;
}
