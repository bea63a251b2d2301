import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from './event-store/temporary-directory.js';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface ServiceOptions {
  /** Settings that differ from those of a service for tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** A directory of the caller's, to start again on. Default: one of its own, removed when the service has ended. */
  readonly dataDir?: string;
  /** It makes its own operator key, which stays in the directory of the node that did. Then `operatorKey` is empty. */
  readonly makesKey?: boolean;
  /** What Node is started with in place of `dist/main.js`. It must say where it listens as that does. */
  readonly program?: readonly string[];
}

/** The built service in a process of its own. */
export interface StartedService {
  /** Without a path, for example `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly operatorKey: string;
  readonly dataDir: string;
  readonly pid: number;
  /** What it has logged so far, one JSON object a line. */
  readonly log: readonly string[];
  /** Asks it to end in order. @throws Error when it ends with another code than 0 */
  stop(): Promise<void>;
  /** Kills it with -9. */
  kill(): Promise<void>;
}

/**
 * Starts `dist/main.js` on a free port. `npm test` builds it before; run `npm run build` when you run a test alone.
 *
 * @throws Error with what it said when it does not come up
 */
export async function startService({
  env = {},
  dataDir,
  makesKey = false,
  program = [main],
}: ServiceOptions = {}): Promise<StartedService> {
  if (!existsSync(main)) throw new Error('dist/main.js is not there; run "npm run build" first');
  const own = dataDir === undefined ? await temporaryDirectory() : undefined;
  const directory = dataDir ?? own?.path ?? '';
  const operatorKey = makesKey
    ? ''
    : (env['TAGALONG_OPERATOR_KEY'] ?? `operator-${randomBytes(24).toString('base64url')}`);
  const child = spawn(process.execPath, program, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...environmentWithoutSettings(),
      TAGALONG_DATA_DIR: directory,
      TAGALONG_PORT: '0',
      ...(operatorKey !== '' && { TAGALONG_OPERATOR_KEY: operatorKey }),
      TAGALONG_RATE_LIMIT: '0',
      ...env,
    },
  });
  const closed = once(child, 'close');
  const log: string[] = [];
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  // A test run that breaks off leaves no service behind.
  const reap = (): void => void child.kill('SIGKILL');
  process.once('exit', reap);
  const ended = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await closed;
    process.off('exit', reap);
    await own?.remove();
  };

  const url = await new Promise<string | undefined>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      log.push(line);
      const announced = announcedUrl(line);
      if (announced !== undefined) resolve(announced);
    });
    void closed.then(() => {
      resolve(undefined);
    });
  });
  if (url === undefined || child.pid === undefined) {
    await ended('SIGKILL');
    throw new Error(`the service did not start: ${errors || log.join('\n')}`);
  }
  return {
    url,
    operatorKey,
    dataDir: directory,
    pid: child.pid,
    log,
    async stop() {
      await ended('SIGTERM');
      if (child.exitCode !== 0) {
        throw new Error(`the service ended with ${child.exitCode ?? child.signalCode ?? '?'}: ${errors}`);
      }
    },
    kill: () => ended('SIGKILL'),
  };
}

/** Settings of the shell that runs the tests must not leak in. */
function environmentWithoutSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TAGALONG_|NODE_OPTIONS$)/.test(name)));
}

/** The address in the line that says where the service listens. */
function announcedUrl(line: string): string | undefined {
  const entry: unknown = line.startsWith('{') ? JSON.parse(line) : undefined;
  if (typeof entry !== 'object' || entry === null || !('url' in entry) || !('data' in entry)) return undefined;
  return typeof entry.url === 'string' ? entry.url : undefined;
}
