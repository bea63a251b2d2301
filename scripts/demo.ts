import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import { buildImage, buildIndex, writeOciLayout } from '../test/support/oci/index.js';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const operatorKey = 'demo-operator-key-for-this-run-only';
const directory = await mkdtemp(join(tmpdir(), 'tagalong-demo-'));

/** Starts a throw-away service and answers its address. */
async function startService(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [join(dist, 'main.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      TAGALONG_DATA_DIR: join(directory, 'data'),
      TAGALONG_PORT: '0',
      TAGALONG_OPERATOR_KEY: operatorKey,
    },
  });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line) as { url?: string };
    if (url === undefined) continue;
    child.stdout.resume();
    return {
      url,
      async stop() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }
  throw new Error('the service ended before it listened');
}

let number = 0;

function say(what: string): void {
  number += 1;
  console.log(`\n${pc.bold(pc.cyan(`${number}. ${what}`))}`);
}

function show(value: unknown): void {
  console.log(pc.dim(JSON.stringify(value, null, 2)));
}

/** Calls the HTTP API where the official client has no call for it. */
async function call(method: string, path: string, key: string, workspace?: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${service.url}/v0${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(workspace !== undefined && { 'x-blaxel-workspace': workspace }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Runs the command line as a person would. */
function tagalong(key: string, workspace: string, ...words: string[]): void {
  console.log(pc.green(`$ tagalong ${words.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ')}`));
  const ran = spawnSync(process.execPath, [join(dist, 'cli/main.js'), ...words], {
    encoding: 'utf8',
    env: {
      ...process.env,
      TAGALONG_CONFIG: join(directory, 'config.json'),
      TAGALONG_URL: service.url,
      TAGALONG_API_KEY: key,
      TAGALONG_WORKSPACE: workspace,
    },
  });
  console.log(`${ran.stdout}${ran.stderr}`.trimEnd());
}

/** A real two-platform image layout on disk; every version has other content. */
async function layout(version: string): Promise<string> {
  const manifests = await Promise.all(
    ['linux/amd64', 'linux/arm64'].map((platform) => buildImage({ platform, layers: [{ 'app/version': version }] })),
  );
  const path = join(directory, `layout-${version}`);
  await writeOciLayout(path, [{ image: buildIndex(manifests), reference: version }]);
  return path;
}

const service = await startService();
try {
  say('The operator opens an account with two workspaces and a robot that is an admin of both');
  await call('POST', '/accounts', operatorKey, undefined, { id: 'acme', name: 'Acme' });
  for (const name of ['platform', 'team-a']) {
    await call('POST', '/workspaces', operatorKey, undefined, { name, displayName: name, accountId: 'acme' });
  }
  const robot = (await call('POST', '/service_accounts', operatorKey, 'platform', {
    name: 'robot',
    role: 'admin',
  })) as {
    client_id: string;
  };
  await call('POST', '/users', operatorKey, 'team-a', { serviceAccount: robot.client_id, role: 'admin' });
  const { apiKey: key } = (await call(
    'POST',
    `/service_accounts/${robot.client_id}/api_keys`,
    operatorKey,
    'platform',
    {
      name: 'demo',
      expires_in: '1h',
    },
  )) as { apiKey: string };

  process.env['BL_API_URL'] = `${service.url}/v0`;
  const blaxel = await import('@blaxel/core');
  /** The workspace the official client speaks for from now on. */
  const actIn = (workspace: string): void => {
    blaxel.initialize({ workspace, apiKey: key });
  };
  actIn('platform');
  const base = { resourceType: 'sandbox', imageName: 'base' };

  say('The platform team pushes an image, read from an OCI image layout');
  tagalong(key, 'platform', 'push', 'sandbox/base:v1', '--oci-layout', await layout('v1'));

  say('It shares the image with team-a: the official client of the management API');
  show((await blaxel.shareImage({ path: base, body: { targetWorkspace: 'team-a' } })).data);

  say('A tag that is pushed later comes along by itself');
  tagalong(
    key,
    'platform',
    'push',
    'sandbox/base:v2',
    '--oci-layout',
    await layout('v2'),
    '--reason',
    'security fixes',
  );
  actIn('team-a');
  show((await blaxel.listImages()).data);

  say('team-a deploys from it as if it were its own');
  tagalong(key, 'team-a', 'deploy', 'sandbox/base:v2', '--kind', 'sandbox', '--name', 'ci');

  say('team-a cannot pass it on, and nobody can delete what is shared');
  show((await blaxel.shareImage({ path: base, body: { targetWorkspace: 'platform' } })).error);
  actIn('platform');
  show((await blaxel.deleteImage({ path: base })).error);

  say('Before the share is ended, the impact is shown');
  tagalong(key, 'platform', 'unshare', 'image', 'sandbox/base', '-w', 'team-a', '--dry-run');
  tagalong(key, 'platform', 'unshare', 'image', 'sandbox/base', '-w', 'team-a', '--yes', '--reason', 'the demo ends');
  actIn('team-a');
  show((await blaxel.listImages()).data);

  say('Who did what, when and why');
  tagalong(key, 'platform', 'audit', 'events');

  say('Storage is billed to the owner');
  tagalong(key, 'platform', 'billing', 'storage');
} finally {
  await service.stop();
  await rm(directory, { recursive: true, force: true });
}
