import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresBinaries } from './binaries.js';
import type { Binaries } from './binaries.js';

const user = 'tagalong';
const password = 'for-tests-only';

/** The server ends with whoever started it, however that ended: its input is closed then. */
const untilInputEnds = '"$@" & server=$!; cat >/dev/null; kill -QUIT $server 2>/dev/null; wait $server';

/** A PostgreSQL server of our own, empty, on a port of the loopback interface. */
export class EmbeddedPostgres {
  #running: ChildProcess | undefined;
  #said = '';

  private constructor(
    private readonly directory: string,
    private readonly binaries: Binaries,
    readonly port: number,
    private readonly durable: boolean,
  ) {}

  /**
   * @param options.durable commits wait for the disk, as on a server that is not for tests
   * @throws Error when no server can run here
   */
  static async start({ durable = false }: { readonly durable?: boolean } = {}): Promise<EmbeddedPostgres> {
    const directory = await mkdtemp(join(tmpdir(), 'tagalong-postgres-'));
    try {
      const server = new EmbeddedPostgres(directory, await postgresBinaries(directory), await freePort(), durable);
      await server.#initialize();
      await server.start();
      return server;
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** With the rights of a superuser. */
  get url(): string {
    return `postgres://${user}:${password}@127.0.0.1:${this.port}/postgres`;
  }

  /** Starts it again after {@link halt}. */
  async start(): Promise<void> {
    const fsync = this.durable ? 'on' : 'off';
    const options = { fsync, unix_socket_directories: '', listen_addresses: '127.0.0.1', max_connections: 200 };
    const settings = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const command = [this.binaries.postgres, '-D', this.#data, '-p', String(this.port), ...settings];
    const child = spawn('/bin/sh', ['-c', untilInputEnds, 'sh', ...command], {
      ...this.binaries.user,
      cwd: this.directory,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    this.#running = child;
    this.#said = '';
    const ended = once(child, 'close').then(() => {
      throw new Error(`the PostgreSQL server ended: ${this.#said}`);
    });
    const ready = new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        this.#said = (this.#said + chunk.toString()).slice(-10_000);
        if (this.#said.includes('ready to accept connections')) resolve();
      });
    });
    await Promise.race([ready, ended]);
    ended.catch(() => undefined);
  }

  /** Ends it as a crash would: what was not yet flushed is gone, and every connection with it. */
  async halt(): Promise<void> {
    const child = this.#running;
    this.#running = undefined;
    if (child === undefined) return;
    const closed = once(child, 'close');
    child.stdin?.end();
    await closed;
  }

  /** Ends it for good. */
  async dispose(): Promise<void> {
    await this.halt();
    await rm(this.directory, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.directory, 'data');
  }

  async #initialize(): Promise<void> {
    const { uid, gid } = this.binaries.user;
    const passwordFile = join(this.directory, 'password');
    await writeFile(passwordFile, password);
    if (uid !== undefined && gid !== undefined) await chown(passwordFile, uid, gid);
    const options = ['--auth=scram-sha-256', '--no-locale', '--encoding=UTF8', '--no-sync', '--no-instructions'];
    const { error, status, stderr } = spawnSync(
      this.binaries.initdb,
      ['-D', this.#data, '-U', user, `--pwfile=${passwordFile}`, ...options],
      { ...this.binaries.user, cwd: this.directory, encoding: 'utf8' },
    );
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`no database cluster could be made: ${stderr}`);
  }
}

/** A port of the loopback interface on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
