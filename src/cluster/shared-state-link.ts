import { channelOf, decodeNotice } from '../read-model/postgres/term-fence.js';
import type { ClusterNotice } from '../read-model/postgres/term-fence.js';
import type { CoordinationConnection } from './coordination-connection.js';
import { readSharedState, sharedStateQuery } from './shared-state.js';
import type { SharedState } from './shared-state.js';
import { WakeableSleep } from './wakeable-sleep.js';

export interface SharedStateLinkParts {
  readonly schema: string;
  readonly connect: (lost: (error: Error) => void) => Promise<CoordinationConnection>;
  /** Something was told, in the order in which it was committed. */
  readonly noticed: (notice: ClusterNotice) => void;
  /** Called before the state is asked for. */
  readonly asking: () => void;
  /** @param anew true for the first one of a connection: anything may have happened before it */
  readonly state: (state: SharedState, anew: boolean) => void;
  /** Called when it is not known any more what the state is, and again and again as long as that is so. */
  readonly doubted: () => void;
  readonly onFault: (fault: unknown) => void;
}

const askEveryMs = 250;
const freshForMs = 800;
const afterFaultMs = 200;

/**
 * One connection that listens to what other nodes tell, and asks for the whole state again and again: that shows that
 * it lives, and makes up for what was lost.
 */
export class SharedStateLink {
  #connection: CoordinationConnection | undefined;
  #answeredAsOf = Number.NEGATIVE_INFINITY;
  #stopped = false;
  #anew = true;
  readonly #pause = new WakeableSleep();
  #doubts: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: SharedStateLinkParts) {}

  /** True while nothing that was told longer ago than a moment can be unknown here. */
  get fresh(): boolean {
    return performance.now() - this.#answeredAsOf < freshForMs;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  start(): void {
    this.#doubts = setInterval(() => {
      if (!this.fresh) this.parts.doubted();
    }, askEveryMs);
    this.#running = this.#run();
  }

  /** Asks for the state at once. */
  look(): void {
    this.#pause.wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#doubts);
    this.look();
    await this.#running;
    this.#disconnect();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      let pause = askEveryMs;
      try {
        await this.#ask();
      } catch (fault) {
        this.#disconnect();
        if (!this.stopped) this.parts.onFault(fault);
        pause = afterFaultMs;
      }
      await this.#pause.sleep(pause);
    }
  }

  async #ask(): Promise<void> {
    const connection = this.#connection ?? (await this.#connect());
    const askedAt = performance.now();
    this.parts.asking();
    const [row] = await connection.run(sharedStateQuery);
    const state = readSharedState(row);
    this.#answeredAsOf = askedAt;
    this.parts.state(state, this.#anew);
    this.#anew = false;
  }

  async #connect(): Promise<CoordinationConnection> {
    const connection = await this.parts.connect(() => {
      this.look();
    });
    this.#connection = connection;
    this.#anew = true;
    connection.onNotice((payload) => {
      const notice = decodeNotice(payload);
      if (notice.kind === 'look') this.look();
      this.parts.noticed(notice);
    });
    await connection.run(`LISTEN ${channelOf(this.parts.schema)}`);
    return connection;
  }

  #disconnect(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }
}
