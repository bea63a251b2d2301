import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildImage, buildIndex, writeLayoutArchive, writeOciLayout } from '../../support/oci/index.js';
import { image } from './support/answers.js';
import { RecordingServer } from './support/recording-server.js';
import { loggedInTo } from './support/run-here.js';
import { CliProcess, runProcess } from './support/run-process.js';

/** Processes start slowly where the sources are compiled on the way in. */
const patience = { timeout: 120_000 };

const root = fileURLToPath(new URL('../../../', import.meta.url));

let server: RecordingServer;
let directory: string;

beforeEach(async () => {
  server = await RecordingServer.start();
  directory = await mkdtemp(join(tmpdir(), 'tagalong-process-'));
});

afterEach(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

const run = (line: string, stdin?: string | Buffer) => runProcess(line.split(' '), loggedInTo(server.url), stdin);

describe('the process', patience, () => {
  it('ends by itself, with data on standard output only and its code', async () => {
    server.on('GET /v0/images', { body: [image()] });
    const good = await run('get images -o json -v');
    expect(good.code).toBe(0);
    expect(JSON.parse(good.stdout)).toEqual([image()]);
    expect(good.stderr).toContain('> GET');
    const bad = await run('get image sandbox/gone');
    expect(bad).toMatchObject({ code: 4, stdout: '' });
  });

  it('ends with 130 when interrupted in the middle of a write, and says how to repeat it', async () => {
    const arrived = new Promise<void>((resolve) => {
      server.on('DELETE /v0/images/sandbox/x', () => {
        resolve();
      });
    });
    const running = CliProcess.start('delete image sandbox/x --yes'.split(' '), loggedInTo(server.url));
    await arrived;
    running.child.kill('SIGINT');
    const { code, stderr } = await running.result;
    expect(code).toBe(130);
    const [id] = server.requests.map(({ headers }) => headers['idempotency-key']);
    expect(stderr).toMatch(/^interrupted\n/);
    expect(stderr).toContain(`--idempotency-key ${String(id)} does it at most once`);
  });

  it('ends with 130 when interrupted while it waits to try again', async () => {
    const arrived = new Promise<void>((resolve) => {
      server.on('GET /v0/images', (_, response) => {
        response.writeHead(503, { 'retry-after': '20' });
        response.end(resolve);
      });
    });
    const running = CliProcess.start(['get', 'images', '-v'], loggedInTo(server.url));
    await arrived;
    running.child.kill('SIGINT');
    expect(await running.result).toMatchObject({ code: 130 });
  });

  it('ends quietly when nobody reads its output any more', async () => {
    server.on('GET /v0/feed', (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => {
        response.write(`id: 1\ndata: {"type":"tag.pushed","name":"${'x'.repeat(10_000)}"}\n\n`);
      }, 5);
      response.once('close', () => {
        clearInterval(timer);
      });
    });
    const line = `${process.execPath} --import tsx src/cli/main.ts feed --follow -o json | head -c 20; echo; echo "\${PIPESTATUS[0]}"`;
    const env = { PATH: process.env['PATH'], TAGALONG_CONFIG: '/nonexistent', ...loggedInTo(server.url) };
    const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', line], { cwd: root, env });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\{"type":"tag\.pushed".*\n0\n$/);
  });

  it.skipIf(!existsSync('/dev/full'))('says so when its output cannot be written', async () => {
    server.on('GET /v0/images', { body: [image()] });
    const line = `${process.execPath} --import tsx src/cli/main.ts get images -o json > /dev/full; echo "$?"`;
    const env = { PATH: process.env['PATH'], TAGALONG_CONFIG: '/nonexistent', ...loggedInTo(server.url) };
    const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', line], { cwd: root, env });
    expect(stdout).toBe('1\n');
    expect(stderr).toMatch(/^error: standard output cannot be written: ENOSPC.*\n$/);
  });

  it('prints its version', async () => {
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version: string };
    expect((await runProcess(['--version'])).stdout).toBe(`${manifest.version}\n`);
  });
});

describe('push from a real image', patience, () => {
  it('reads a layout', async () => {
    const index = buildIndex([await buildImage(), await buildImage({ platform: 'linux/arm64' })], {
      attestations: true,
    });
    await writeOciLayout(directory, [{ image: index, reference: 'v1' }]);
    server.on('PUT /v0/images/sandbox/x/tags/v1', { body: image() });
    const { code } = await run(`push sandbox/x:v1 --oci-layout ${directory}:v1`);
    expect(code).toBe(0);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      digest: index.root.digest,
      size: index.size,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      platforms: ['linux/amd64', 'linux/arm64'],
    });
  });

  it('reads an archive from standard input', async () => {
    const built = await buildImage();
    const file = join(directory, 'image.tar');
    await writeLayoutArchive(file, [{ image: built }]);
    server.on('PUT /v0/images/sandbox/x/tags/v1', { body: image() });
    const { code } = await run('push sandbox/x:v1 --docker-archive -', await readFile(file));
    expect(code).toBe(0);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ digest: built.root.digest, size: built.size });
  });

  it('sends nothing for an image that is not what it says, or with --dry-run', async () => {
    await writeOciLayout(directory, [{ image: await buildImage() }]);
    const dry = await run(`push sandbox/x:v1 --oci-layout ${directory} --dry-run`);
    expect(dry.code).toBe(0);
    expect(dry.stdout).toMatch(/^would push sandbox\/x:v1 {2}sha256:/);
    await writeFile(join(directory, 'index.json'), '{}');
    const { code, stderr } = await run(`push sandbox/x:v1 --oci-layout ${directory}`);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: ${join(directory, 'index.json')}: schemaVersion:`);
    expect(server.requests).toEqual([]);
  });
});

describe('at a terminal', patience, () => {
  /** Runs a command line at a pseudo terminal; `undefined` where there is no tool to make one. */
  async function atTerminal(line: string, typed: string): Promise<string | undefined> {
    const command = `${process.execPath} --import tsx src/cli/main.ts ${line}`;
    const child = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        TERM: 'xterm',
        TAGALONG_CONFIG: join(directory, 'config.json'),
        TAGALONG_URL: server.url,
      },
    });
    let output = '';
    const ended = new Promise<boolean>((resolve) => {
      child.once('error', () => {
        resolve(false);
      });
      child.once('close', () => {
        resolve(true);
      });
    });
    child.stdout.on('data', (chunk: Buffer) => {
      const before = output;
      output += chunk.toString();
      if (!before.includes('API key:') && output.includes('API key:')) child.stdin.write(typed);
    });
    return (await ended) ? output : undefined;
  }

  it('a key is asked for and never shown; results are in colour', async (context) => {
    server.on('GET /v0/workspaces/team', { body: { name: 'team' } }).on('GET /v0/images', { body: [image()] });
    const login = await atTerminal('login team', 'open sesame\r');
    if (login === undefined) {
      context.skip('the tool `script`, which makes a pseudo terminal, is not installed');
      return;
    }
    expect(login).toContain('API key:');
    expect(login).toContain('logged in to');
    expect(login).not.toContain('sesame');
    expect(server.requests[0]?.headers.authorization).toBe('Bearer open sesame');
    expect(await atTerminal('get images', '')).toContain('\u001b[1mIMAGE\u001b[22m');
  });

  it('the interrupt key ends the question for a key with 130', async (context) => {
    const output = await atTerminal('login team; echo code=$?', '\u0003');
    if (output === undefined) {
      context.skip('the tool `script`, which makes a pseudo terminal, is not installed');
      return;
    }
    expect(output).toContain('interrupted');
    expect(output).toContain('code=130');
    expect(server.requests).toEqual([]);
  });
});

describe('completion in bash', patience, () => {
  it('completes commands, options and names, colons included', async (context) => {
    const tagalong = join(directory, 'tagalong');
    await writeFile(tagalong, `#!/bin/sh\ncd ${root} && exec ${process.execPath} --import tsx src/cli/main.ts "$@"\n`, {
      mode: 0o755,
    });
    server.on('GET /v0/images', { body: [image(), image({ name: 'my-other' })] });
    const script = `
      source <("${tagalong}" completion bash)
      complete_line() { COMP_LINE="$1" COMP_POINT=\${#1}; COMPREPLY=(); _tagalong; echo "\${COMPREPLY[@]}"; }
      complete_line "tagalong cont"
      complete_line "tagalong get image sandbox/my-"
    `;
    const bash = await promisify(execFile)('bash', ['--norc', '-c', script], {
      env: {
        PATH: `${directory}:${process.env['PATH'] ?? ''}`,
        ...loggedInTo(server.url),
        TAGALONG_CONFIG: '/nonexistent',
      },
    }).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (bash === undefined) {
      context.skip('bash is not installed');
      return;
    }
    expect(bash.stdout.split('\n')).toEqual(['contexts', 'sandbox/my-template sandbox/my-other', '']);
  });
});
