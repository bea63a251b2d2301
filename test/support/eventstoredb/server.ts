import { randomUUID } from 'node:crypto';
import type { Server } from '@grpc/grpc-js';
import { ServerCredentials } from '@grpc/grpc-js';
import { AccessControl } from './access.js';
import type { ServerUser } from './access.js';
import type { AllSubscription } from './all-subscription.js';
import { AppendFates } from './append-fates.js';
import type { AppendFate } from './append-fates.js';
import { connectionStringTo } from './connection-string.js';
import type { ConnectionStringOptions } from './connection-string.js';
import { Listener } from './listener.js';
import { LogDatabase } from './log-database.js';
import type { Endpoint, Member, NodeContext, WriteState } from './node-context.js';
import { nodeServices } from './node-services.js';
import { endWithoutStatus } from './raw-stream.js';

export interface EventStoreDbServerOptions {
  /** Default: a new one. */
  readonly database?: LogDatabase;
  /** Default: a free one. */
  readonly port?: number;
  /** By name. Without it nobody is asked for a password. */
  readonly users?: Readonly<Record<string, ServerUser>>;
  /** PEM. Without it the server speaks without TLS. */
  readonly tls?: { readonly key: string; readonly certificate: string; readonly caFile: string };
  /** Events that may wait for a live subscriber before it is dropped. Default 32. */
  readonly liveBuffer?: number;
}

/** What a node knows of the cluster it belongs to. */
export interface ClusterView {
  readonly members: readonly Member[];
  readonly otherLeader: Endpoint | undefined;
  readonly writes: WriteState;
}

const host = '127.0.0.1';

/** A server that speaks the EventStoreDB protocol on a port of the loopback, and fails when it is told to. */
export class EventStoreDbServer implements NodeContext {
  readonly instanceId = randomUUID();
  readonly access: AccessControl;
  readonly fates = new AppendFates();
  readonly subscriptions = new Set<AllSubscription>();
  readonly calls = new Set<object>();
  readonly liveBuffer: number;
  readonly #options: EventStoreDbServerOptions;
  readonly #services: Server;
  readonly #listener: Listener;
  #database: LogDatabase;
  #ready = true;
  #running = false;
  #cluster: (() => ClusterView) | undefined;

  private constructor(options: EventStoreDbServerOptions) {
    this.#options = options;
    this.#database = options.database ?? new LogDatabase();
    this.access = new AccessControl(options.users);
    this.liveBuffer = options.liveBuffer ?? 32;
    this.#services = nodeServices(this);
    const injector = this.#services.createConnectionInjector(credentialsOf(options));
    this.#listener = new Listener((connection) => {
      injector.injectConnection(connection);
    });
  }

  /** A server that takes connections. {@link stop} it in the end. */
  static async start(options: EventStoreDbServerOptions = {}): Promise<EventStoreDbServer> {
    const server = new EventStoreDbServer(options);
    await server.#listener.open(options.port ?? 0);
    server.#running = true;
    return server;
  }

  get port(): number {
    return this.#listener.port;
  }

  get endpoint(): Endpoint {
    return { host, port: this.port };
  }

  /** What a client connects with, without credentials. */
  get connectionString(): string {
    return this.connectionStringFor();
  }

  connectionStringFor(options?: ConnectionStringOptions): string {
    return connectionStringTo([this.endpoint], this.#options.tls?.caFile, options);
  }

  get database(): LogDatabase {
    return this.#database;
  }

  /** Whether it runs and is not frozen. */
  get answering(): boolean {
    return this.#running && !this.#listener.conditions.frozen;
  }

  /** Open connections. */
  get connections(): number {
    return this.#listener.connections;
  }

  get ready(): boolean {
    return this.writes !== 'not-ready';
  }

  get writes(): WriteState {
    if (!this.#ready) return 'not-ready';
    return this.#cluster?.().writes ?? 'serve';
  }

  get otherLeader(): Endpoint | undefined {
    return this.#cluster?.().otherLeader;
  }

  get members(): readonly Member[] {
    const alone: Member = { instanceId: this.instanceId, endpoint: this.endpoint, leader: true, alive: true };
    return this.#cluster?.().members ?? [alone];
  }

  /** Makes it a node of a cluster, which tells what this node knows. */
  join(view: () => ClusterView): void {
    this.#cluster = view;
  }

  /** Ends as a killed process does: connections are reset, new ones refused. The database stays. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#listener.close();
  }

  /** Ends as a process does that is asked to: every call without a status, then {@link stop}. */
  async shutDown(): Promise<void> {
    this.endCalls();
    await new Promise((resolve) => setImmediate(resolve));
    await this.stop();
  }

  /** Comes back on the same port, with the same database or another one. */
  async startAgain({ database = this.#database }: { database?: LogDatabase } = {}): Promise<void> {
    if (this.#running) throw new Error('the server runs; stop it before it is started again');
    this.#database = database;
    this.thaw();
    await this.#listener.open();
    this.#running = true;
  }

  /** Resets every connection; new ones are taken at once. */
  dropConnections(): void {
    this.#listener.reset();
  }

  /** Neither reads nor answers any more; connections stay and new ones open. As SIGSTOP does. */
  freeze(): void {
    this.#listener.impose({ frozen: true });
  }

  /** Goes on where {@link freeze} stopped. */
  thaw(): void {
    this.#listener.impose({ frozen: false });
  }

  /** Sends everything so many milliseconds late; 0 ends it. */
  delayAnswers(milliseconds: number): void {
    this.#listener.impose({ delay: milliseconds });
  }

  /** Refuses reads and writes with "Server Is Not Ready", as a node without a leader does. */
  setReady(ready: boolean): void {
    this.#ready = ready;
  }

  /** The next appends meet a fate in place of an ordinary answer. */
  decree(fate: AppendFate, count = 1): void {
    this.fates.decree(fate, count);
  }

  /** Ends every open read, subscription and batched append without a status. */
  endCalls(): void {
    for (const call of this.calls) endWithoutStatus(call);
  }

  /** Ends every subscription without an error. */
  endSubscriptions(): void {
    for (const subscription of this.subscriptions) subscription.end();
  }

  /** Drops every subscription as too slow. */
  dropSubscriptions(): void {
    for (const subscription of this.subscriptions) subscription.drop();
  }
}

function credentialsOf({ tls }: EventStoreDbServerOptions): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(null, [
    { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.certificate) },
  ]);
}
