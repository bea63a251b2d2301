import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { processReply } from './process-commands.js';
import type { ProcessCommand, ProcessState } from './process-commands.js';

const main = fileURLToPath(new URL('process.main.ts', import.meta.url));

/**
 * A server or a cluster in a process of its own, so that its work is not the caller's, and SIGSTOP and SIGKILL can be
 * tried. The log dies with the process.
 */
export class EventStoreDbProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  readonly #waiting = new Map<number, { resolve: (state: ProcessState) => void; reject: (error: Error) => void }>();
  #state: ProcessState | undefined;
  #lastId = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exit = once(child, 'exit').then(() => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the process of the event store has ended'));
      this.#waiting.clear();
    });
    child.on('message', (message) => {
      this.#take(message);
    });
  }

  /** A process that takes connections. {@link stop} it in the end. */
  static async start({
    nodes = 1,
    liveBuffer,
  }: { nodes?: number; liveBuffer?: number } = {}): Promise<EventStoreDbProcess> {
    const child = fork(main, [JSON.stringify({ nodes, liveBuffer })], { execArgv: ['--import', 'tsx'] });
    const started = new EventStoreDbProcess(child);
    await new Promise<ProcessState>((resolve, reject) => {
      started.#waiting.set(0, { resolve, reject });
    });
    return started;
  }

  get connectionString(): string {
    return this.#state?.connectionString ?? '';
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** @returns how things stand after it @throws Error with what the process said */
  async tell(command: ProcessCommand): Promise<ProcessState> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, command }, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  /** Sends SIGSTOP: all of its nodes stop in their tracks. */
  suspend(): void {
    this.#child.kill('SIGSTOP');
  }

  /** Sends SIGCONT. */
  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Kills it with -9, suspended or not. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  #take(message: unknown): void {
    const reply = processReply.parse(message);
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) {
      waiting?.reject(new Error(reply.error));
      return;
    }
    this.#state = reply.state;
    waiting?.resolve(reply.state);
  }
}
