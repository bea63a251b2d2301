import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingServer, refusal } from './support/recording-server.js';
import { runHere } from './support/run-here.js';
import type { RunOptions } from './support/run-here.js';

let server: RecordingServer;
let directory: string;
let config: string;

beforeEach(async () => {
  server = await RecordingServer.start();
  directory = await mkdtemp(join(tmpdir(), 'tagalong-login-'));
  config = join(directory, 'deeper', 'config.json');
  server
    .on('GET /v0/workspaces/team', { body: { name: 'team' } })
    .on('GET /v0/workspaces/other', { body: { name: 'other' } })
    .on('GET /v0/images', { body: [] });
});

afterEach(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

const run = (line: string, { env, ...options }: RunOptions = {}) =>
  runHere(line.split(' '), { ...options, env: { TAGALONG_CONFIG: config, ...env } });

const whoami = (kind: string, ...workspaces: readonly string[]) => ({
  body: { principal: 'user:kim', kind, workspaces: workspaces.map((name) => ({ name, role: 'admin' })) },
});

describe('login', () => {
  it('checks the key, keeps it where only the owner can read it, and never shows it', async () => {
    const { code, stdout, stderr } = await run(`login team --url ${server.url} --api-key sesame`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`logged in to ${server.url}/v0, workspace team (context team)\n`);
    expect(server.requests[0]?.headers.authorization).toBe('Bearer sesame');
    expect((await stat(config)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'deeper'))).mode & 0o777).toBe(0o700);
    expect(JSON.parse(await readFile(config, 'utf8'))).toEqual({
      version: 1,
      current: 'team',
      contexts: { team: { url: `${server.url}/v0`, apiKey: 'sesame', workspace: 'team' } },
    });
    await run('get images');
    expect(server.to('GET /v0/images')[0]?.headers).toMatchObject({
      authorization: 'Bearer sesame',
      'x-blaxel-workspace': 'team',
    });
    for (const line of [
      'contexts list',
      'contexts list -o json',
      'login team -o json --api-key sesame --url ' + server.url,
    ]) {
      expect((await run(line)).stdout).not.toContain('sesame');
    }
  });

  it('names the context as it is told', async () => {
    for (const line of ['login team --name one', 'login team --context two', 'login team --name three --context two']) {
      await run(`${line} --url ${server.url} --api-key sesame`);
    }
    expect(JSON.parse((await run('contexts list -o json')).stdout)).toMatchObject(
      ['one', 'two', 'three'].map((name) => ({ name })),
    );
  });

  it('keeps nothing when the key is refused', async () => {
    server.on('GET /v0/workspaces/team', refusal(401, 'unauthenticated', 'This key is not valid.'));
    const { code } = await run(`login team --url ${server.url} --api-key wrong`);
    expect(code).toBe(3);
    await expect(stat(config)).rejects.toThrow('ENOENT');
  });

  it('takes the key from standard input, a file, the environment, or the person', async () => {
    const file = join(directory, 'operator.key');
    await writeFile(file, 'from-file\n');
    const url = `--url ${server.url}`;
    await run(`login team ${url} --api-key -`, { stdin: 'from-stdin\nmore' });
    await run(`login team ${url}`, { stdin: 'piped\n' });
    await run(`login team ${url} --api-key-file ${file}`);
    await run(`login team ${url}`, { env: { TAGALONG_API_KEY: 'from-env' } });
    const typed = await run(`login team ${url}`, { typed: ['typed-secret'] });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(
      ['from-stdin', 'piped', 'from-file', 'from-env', 'typed-secret'].map((key) => `Bearer ${key}`),
    );
    expect(typed.stderr).toBe('API key: \n');
    expect(typed.stdout).not.toContain('typed-secret');
  });

  it.each([
    ['login team', '', 'no API key was given'],
    ['login team --api-key a --api-key-file b', '', 'exclude each other'],
    ['login team --api-key-file /nonexistent', '', 'cannot read /nonexistent'],
    ['login Team --api-key a', '', 'A workspace has 1 to 63'],
    ['login team --api-key a --url ftp://x', '', 'is not spoken here'],
    ['login team --api-key a --url http://me:secret@x', '', 'must not hold a credential'],
  ])('%s is refused', async (line, stdin, message) => {
    const { code, stderr } = await run(line, { stdin });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(server.requests).toEqual([]);
  });

  it('without a workspace takes the only one, none for an operator, and asks when there are several', async () => {
    const line = `login --url ${server.url} --api-key sesame`;
    server.on('GET /v0/whoami', whoami('user', 'team'));
    expect((await run(line)).stdout).toContain('workspace team (context team)');
    server.on('GET /v0/whoami', whoami('operator'));
    expect((await run(line)).stdout).toContain('(context operator)');
    server.on('GET /v0/whoami', whoami('user', 'team', 'other'));
    const several = await run(line);
    expect(several.code).toBe(2);
    expect(several.stderr).toContain('name one: tagalong login team | other');
    server.on('GET /v0/whoami', whoami('user'));
    expect((await run(line)).stderr).toContain('this key gives access to no workspace');
  });

  it('warns before a key goes over an open connection', async () => {
    const { stderr } = await run('login team --api-key sesame --url http://tagalong.invalid --retries 0');
    expect(stderr).toContain('http://tagalong.invalid/v0 is not encrypted');
  });
});

describe('contexts', () => {
  beforeEach(async () => {
    await run(`login team --url ${server.url} --api-key first`);
    await run(`login other --url ${server.url} --api-key second --name spare`);
  });

  it('are listed, chosen, named for one command, and forgotten', async () => {
    expect((await run('contexts list')).stdout).toContain(`*   spare     ${server.url}/v0   other`);
    await run('contexts use team');
    await run('get images');
    await run('get images --context spare');
    await run('contexts remove team');
    const [current, named] = server.to('GET /v0/images').map(({ headers }) => headers);
    expect(current).toMatchObject({ authorization: 'Bearer first', 'x-blaxel-workspace': 'team' });
    expect(named).toMatchObject({ authorization: 'Bearer second', 'x-blaxel-workspace': 'other' });
    const gone = await run('contexts use team');
    expect(gone.code).toBe(2);
    expect(gone.stderr).toContain('there is no context team\nthere is: spare');
    expect((await run('get images')).code).toBe(3);
  });

  it('act in another workspace after `workspaces use`', async () => {
    await run('workspaces use staging');
    await run('get images');
    expect(server.to('GET /v0/images')[0]?.headers['x-blaxel-workspace']).toBe('staging');
  });

  it('do not lend their key to another address', async () => {
    const elsewhere = await RecordingServer.start();
    const { code, stderr } = await run('get images', { env: { TAGALONG_URL: elsewhere.url } });
    expect(code).toBe(3);
    expect(stderr).toContain(`the one of the current context is for ${server.url}/v0`);
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.stop();
  });

  it('say when others can read their file, and when it is damaged', async () => {
    await chmod(config, 0o644);
    expect((await run('contexts list')).stderr).toContain(`chmod 600 ${config}`);
    await writeFile(config, '{"version":');
    const { code, stderr } = await run('contexts list');
    expect(code).toBe(1);
    expect(stderr).toContain('is damaged or from another version');
  });
});
