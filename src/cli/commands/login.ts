import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { UsageError } from '../cli-error.js';
import { whoamiSchema, workspaceSchema } from '../api/wire.js';
import { defaultUrl, isExposed, normalizeBaseUrl } from '../config/base-url.js';
import type { Context } from '../config/contexts.js';
import { readSecret } from '../input/prompt.js';
import type { World } from '../world.js';
import { addCommand, inSession } from './command.js';
import { parseWorkspace } from './common-options.js';
import type { Session } from './session.js';

interface LoginOptions {
  readonly apiKey?: string;
  readonly apiKeyFile?: string;
  readonly name?: string;
  readonly url?: string;
}

/** `login [WORKSPACE]` */
export function addLogin(program: Command, world: World): void {
  const login = addCommand(program, {
    name: 'login',
    summary: 'log in with an API key and remember it',
    description:
      'Checks an API key with the service and keeps it, as a context, in a file that only you can read ' +
      '(~/.config/tagalong/config.json, or TAGALONG_CONFIG). The key is asked for without being shown; it may also come from ' +
      'TAGALONG_API_KEY, from a file, or from standard input. Without a workspace, the only one the key gives access to is taken; ' +
      'an operator needs none.',
    examples: [
      'login my-workspace --url https://tagalong.example.com',
      'login --api-key-file data/operator.key --name operator',
      'login my-workspace --api-key - < key.txt',
    ],
  })
    .argument('[workspace]', 'workspace to act in', parseWorkspace)
    .option(
      '-k, --api-key <key>',
      'the key; - reads it from standard input. Others on this machine may see command lines',
    )
    .option('--api-key-file <file>', 'read the key from a file')
    .option('--name <name>', 'name of the context, as is --context; the workspace if left out');
  login.action(
    inSession(login, 'service', world, async (session, workspace: string | undefined, options: LoginOptions) => {
      const baseUrl = addressOf(session, world);
      const { printer } = session;
      if (isExposed(baseUrl)) printer.warn(`${baseUrl} is not encrypted: the key can be read on the way`);
      const apiKey = await keyFor(options, world);
      const context = await checked(session, baseUrl, apiKey, workspace);
      const name = options.name ?? session.options.context ?? context.workspace ?? 'operator';
      const file = await session.contexts.read();
      await session.contexts.write({ ...file, current: name, contexts: { ...file.contexts, [name]: context } });
      const shown = { context: name, url: context.url, workspace: context.workspace };
      const where = context.workspace === undefined ? '' : `, workspace ${context.workspace}`;
      printer.done(shown, `logged in to ${baseUrl}${where} (context ${name})`);
    }),
  );
}

function addressOf(session: Session, { env }: World): string {
  const { url } = session.options;
  if (url !== undefined) return normalizeBaseUrl(url, '--url');
  for (const name of ['TAGALONG_URL', 'BL_API_URL']) {
    const value = env[name];
    if (value !== undefined && value !== '') return normalizeBaseUrl(value, name);
  }
  return defaultUrl;
}

async function keyFor({ apiKey, apiKeyFile }: LoginOptions, world: World): Promise<string> {
  if (apiKey !== undefined && apiKeyFile !== undefined) {
    throw new UsageError('--api-key and --api-key-file exclude each other');
  }
  if (apiKeyFile !== undefined) return readKeyFile(apiKeyFile);
  if (apiKey !== undefined && apiKey !== '-') return apiKey;
  const fromEnvironment = world.env['TAGALONG_API_KEY'];
  if (apiKey === undefined && fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment;
  return readSecret('API key: ', world);
}

function readKeyFile(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const key = text.trim();
  if (key === '' || /\s/.test(key)) throw new UsageError(`${file} does not hold a key and nothing else`);
  return key;
}

/** What the service says about the key. */
async function checked(session: Session, url: string, apiKey: string, workspace: string | undefined): Promise<Context> {
  if (workspace !== undefined) {
    const api = session.connect(url, apiKey, workspace);
    await api.get(`/workspaces/${workspace}`, workspaceSchema);
    return { url, apiKey, workspace };
  }
  const me = await session.connect(url, apiKey, undefined).get('/whoami', whoamiSchema);
  const workspaces = me.workspaces?.map(({ name }) => name) ?? [];
  const [only, second] = workspaces;
  if (me.kind === 'operator') return { url, apiKey };
  if (only !== undefined && second === undefined) return { url, apiKey, workspace: only };
  throw new UsageError(
    only === undefined ? 'this key gives access to no workspace' : 'this key gives access to several workspaces',
    only === undefined ? 'ask an admin to add you to one' : `name one: tagalong login ${workspaces.join(' | ')}`,
  );
}
