import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { eventually } from '../eventually.js';
import { freePort } from '../postgres/embedded-server.js';

/** A NATS server of our own, which may be restarted: nobody else is on it. */
export class NatsServer {
  #running: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly options: readonly string[],
  ) {}

  /**
   * Answers nothing where the program is not installed.
   *
   * @param configuration path of a file with further settings
   */
  static async start(configuration?: string): Promise<NatsServer | undefined> {
    const server = new NatsServer(await freePort(), configuration === undefined ? [] : ['-c', configuration]);
    return (await server.start()) ? server : undefined;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts it again after {@link halt}. Answers whether there is such a program. */
  async start(): Promise<boolean> {
    const child = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(this.port), ...this.options], {
      stdio: 'ignore',
    });
    const isThere = await Promise.race([once(child, 'spawn').then(() => true), once(child, 'error').then(() => false)]);
    if (!isThere) return false;
    const reap = (): void => void child.kill('SIGKILL');
    process.once('exit', reap);
    child.once('exit', () => process.off('exit', reap));
    this.#running = child;
    await eventually('the broker listens', () => listens(this.port));
    return true;
  }

  /** Kills it with -9. */
  async halt(): Promise<void> {
    const child = this.#running;
    this.#running = undefined;
    if (child?.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

/** Whether the program is installed here. */
export const natsServerIsInstalled = spawnSync('nats-server', ['--version']).status === 0;

async function listens(port: number): Promise<true | undefined> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
