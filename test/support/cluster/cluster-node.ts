import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { apiOf } from '../api.js';
import type { Answer, Call } from '../api.js';
import { tcpProxy } from '../tcp-proxy.js';
import type { TcpProxy } from '../tcp-proxy.js';
import { startService } from '../service.js';
import type { StartedService } from '../service.js';

/** What all nodes are told, and nothing else. */
export interface SharedSettings {
  readonly eventStore: string;
  readonly readModel: string;
  readonly commandBus: string | undefined;
}

/** One process of the service with a directory of its own, and a way to PostgreSQL that can be cut. */
export class ClusterNode {
  #service: StartedService | undefined;

  private constructor(
    readonly name: string,
    private readonly directory: string,
    private readonly settings: SharedSettings,
    /** Between this node and PostgreSQL. */
    readonly link: TcpProxy,
  ) {}

  /** A node that is not started yet. */
  static async prepare(name: string, directory: string, settings: SharedSettings): Promise<ClusterNode> {
    return new ClusterNode(name, join(directory, name), settings, await tcpProxy(settings.readModel));
  }

  async start(): Promise<void> {
    const { eventStore, readModel, commandBus } = this.settings;
    const through = new URL(readModel);
    through.host = this.link.host;
    this.#service = await startService({
      dataDir: this.directory,
      makesKey: true,
      env: {
        TAGALONG_EVENT_STORE: eventStore,
        TAGALONG_READ_MODEL: through.href,
        ...(commandBus !== undefined && { COMMAND_BUS_URL: commandBus }),
      },
    });
  }

  /** Where it listens; after it has died, where it did. */
  get url(): string {
    return this.#running.url;
  }

  get pid(): number {
    return this.#running.pid;
  }

  /** What it has logged since it was started last. */
  get log(): readonly string[] {
    return this.#running.log;
  }

  /** The operator key, when this node made it. */
  async key(): Promise<string | undefined> {
    try {
      return (await readFile(join(this.directory, 'operator.key'), 'utf8')).trim();
    } catch {
      return undefined;
    }
  }

  ask(method: string, path: string, call: Call): Promise<Answer> {
    return apiOf(this.url)(method, `/v0${path}`, { signal: AbortSignal.timeout(60_000), ...call });
  }

  kill(): Promise<void> {
    return this.#running.kill();
  }

  suspend(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Ends it for good, in order if it can. */
  async stop(): Promise<void> {
    await this.#service?.kill();
    await this.link.close();
  }

  get #running(): StartedService {
    if (this.#service === undefined) throw new Error(`node ${this.name} was never started`);
    return this.#service;
  }
}
