import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiOf } from '../../support/api.js';
import type { Api } from '../../support/api.js';
import { startService } from '../../support/service.js';

/** A built service with an account, some workspaces and the key of a robot that is an admin of all of them. */
export interface BenchService {
  readonly url: string;
  readonly key: string;
  readonly pid: number;
  readonly api: Api;
  readonly operatorKey: string;
  stop(): Promise<void>;
}

/** Starts one in a directory that is removed in the end. */
export async function benchService(
  workspaces: readonly string[],
  program?: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tagalong-bench-'));
  const env = { TAGALONG_LOG_LEVEL: 'info', TAGALONG_RATE_LIMIT: '1000000', ...settings };
  const started = await startService({ dataDir, env, ...(program !== undefined && { program }) });
  const { url, operatorKey, pid } = started;
  const api = apiOf(url);
  const asOperator = async (path: string, body: unknown, workspace?: string): Promise<unknown> => {
    const answer = await api('POST', `/v0${path}`, {
      key: operatorKey,
      body,
      ...(workspace !== undefined && { workspace }),
    });
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  await asOperator('/accounts', { id: 'acme', name: 'Acme' });
  const [home = 'home', ...others] = workspaces;
  for (const name of [home, ...others]) await asOperator('/workspaces', { name, accountId: 'acme' });
  const robot = field(await asOperator('/service_accounts', { name: 'robot', role: 'admin' }, home), 'client_id');
  for (const name of others) await asOperator('/users', { serviceAccount: robot, role: 'admin' }, name);
  const key = field(await asOperator(`/service_accounts/${robot}/api_keys`, { name: 'bench' }, home), 'apiKey');
  return {
    url,
    key,
    pid,
    api,
    operatorKey,
    async stop() {
      await started.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The same without its store; see `storeless.ts`. */
export function startStoreless(workspaces: readonly string[]): Promise<BenchService> {
  return benchService(workspaces, ['--import', 'tsx', fileURLToPath(new URL('./storeless.ts', import.meta.url))]);
}

/** A plain Nest service in a process of its own; see `peers.ts`. */
export async function startPeer(list = '[]'): Promise<{ readonly url: string; stop(): void }> {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('./peers.ts', import.meta.url))], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const url = await message(child);
  child.send(list);
  await message(child);
  return {
    url: url.replace('[::1]', '127.0.0.1'),
    stop: () => {
      child.kill('SIGKILL');
    },
  };
}

async function message(child: ChildProcess): Promise<string> {
  const said: unknown = (await once(child, 'message')).at(0);
  return String(said);
}

function field(from: unknown, name: string): string {
  const value: unknown =
    typeof from === 'object' && from !== null ? Object.entries(from).find(([key]) => key === name)?.[1] : undefined;
  if (typeof value !== 'string') throw new TypeError(`the answer has no ${name}`);
  return value;
}

export function digestOf(n: number): string {
  return `sha256:${n.toString(16).padStart(64, '0')}`;
}
