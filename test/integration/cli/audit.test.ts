import type { ServerResponse } from 'node:http';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployment, image } from './support/answers.js';
import { RecordingServer, refusal } from './support/recording-server.js';
import { loggedInTo, runHere } from './support/run-here.js';

let server: RecordingServer;
let directory: string;

beforeEach(async () => {
  server = await RecordingServer.start();
  directory = await mkdtemp(join(tmpdir(), 'tagalong-audit-'));
});

afterEach(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

const run = (line: string, typed?: readonly string[]) =>
  runHere(line.split(' '), {
    env: { ...loggedInTo(server.url), NO_COLOR: '1' },
    ...(typed !== undefined && { typed }),
  });

const onRecord = (position: number) => ({
  position: String(position),
  stream: 'image-team/sandbox/x',
  revision: position,
  type: 'TagPushed',
  data: { tag: 'v1', digest: `sha256:${'a'.repeat(64)}`, size: 5 },
  principal: 'user:kim',
  via: 'cli',
  occurredAt: '2026-09-01T10:00:00.000Z',
  reason: 'fix',
});

const lines = (...messages: readonly object[]) => messages.map((message) => `${JSON.stringify(message)}\n`).join('');
const eventLine = (position: number) => ({ kind: 'event', event: onRecord(position) });

function begin(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.write(text);
}

describe('audit events', () => {
  it('shows who did what, when, through what and why', async () => {
    server.on('GET /v0/audit/events', { body: [onRecord(7)], headers: { 'x-next-cursor': 'c7' } });
    const { stdout, stderr } = await run('audit events -u');
    expect(stdout).toContain(
      'POSITION   TIME                   EVENT       STREAM                 WHAT     BY         VIA   WHY',
    );
    expect(stdout).toContain('2026-09-01 10:00:00Z   TagPushed   image-team/sandbox/x   tag=v1   user:kim   cli   fix');
    expect(stderr).toBe('there are more: add --cursor c7\n');
  });

  it('passes on all filters', async () => {
    server.on('GET /v0/audit/events', { body: [] });
    await run(
      'audit events --image sandboxes/x --principal user:kim --kind TagPushed,TagDeleted --kind ImageShared --from F --to T --after 5 --order oldest --limit 9 --cursor c',
    );
    expect(Object.fromEntries(new URL(server.requests[0]?.path ?? '', 'http://x').searchParams)).toEqual({
      image: 'sandbox/x',
      principal: 'user:kim',
      kind: 'TagPushed,TagDeleted,ImageShared',
      from: 'F',
      to: 'T',
      after: '5',
      order: 'asc',
      limit: '9',
      cursor: 'c',
    });
  });
});

describe('audit export', () => {
  it('writes one event a line, and goes on behind the last one after a broken connection', async () => {
    const file = join(directory, 'events.ndjson');
    server.on(
      'GET /v0/audit/export',
      (_, response) => {
        begin(response, lines(eventLine(1), eventLine(2)));
        setTimeout(() => response.destroy(), 20);
      },
      (_, response) => {
        begin(response, lines({ kind: 'progress', exported: 1, position: '3', through: '3' }, eventLine(3)));
        response.end(lines({ kind: 'end', exported: 1 }));
      },
    );
    const { code, stdout, stderr } = await run(`audit export --image sandbox/x --out ${file}`);
    expect(stderr).toBe(`exported 3 events to ${file}\n`);
    expect(code).toBe(0);
    expect(stdout).toBe('');
    const written = (await readFile(file, 'utf8')).trim().split('\n');
    expect(written.map((line) => JSON.parse(line) as unknown)).toEqual([onRecord(1), onRecord(2), onRecord(3)]);
    expect(server.requests.map(({ path }) => new URL(path, 'http://x').searchParams.get('after'))).toEqual([null, '2']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('never overwrites a file', async () => {
    const file = join(directory, 'evidence.ndjson');
    await writeFile(file, 'kept');
    const { code } = await run(`audit export --out ${file}`);
    expect(code).toBe(2);
    expect(await readFile(file, 'utf8')).toBe('kept');
    expect(server.requests).toEqual([]);
  });

  it('gives up on an export that keeps breaking off without an event', async () => {
    server.on('GET /v0/audit/export', (_, response) => {
      begin(response, '');
      response.end();
    });
    const { code, stderr } = await run('audit export');
    expect(code).toBe(6);
    expect(stderr).toContain('the export keeps breaking off');
  });
});

describe('audit verify', () => {
  const result = { kind: 'result', ok: true, events: 12, rows: 30, differences: 0, compared: [] };
  const progress = { kind: 'progress', phase: 'replaying', events: 6, of: 12, position: '6' };

  it('ends well when nothing differs', async () => {
    server.on('POST /v0/audit/verify', { body: lines(progress, result) });
    const { code, stdout, stderr } = await run('audit verify');
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'checked 12 events and 30 rows: no differences\n',
      stderr: '',
    });
  });

  it('ends with 1 and the differences when something differs', async () => {
    const difference = { kind: 'row-missing', projection: 'catalog', table: 'tags', key: ['team/sandbox/x', 'v1'] };
    server.on('POST /v0/audit/verify', {
      body: lines({ kind: 'difference', difference }, { ...result, ok: false, differences: 1 }),
    });
    const { code, stdout, stderr } = await run('audit verify -o json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, differences: 1, found: [difference] });
    expect(stderr).toContain('difference: row-missing projection=catalog table=tags key=["team/sandbox/x","v1"]');
  });

  it('tells what broke it off on the side of the service', async () => {
    const failed = { kind: 'failed', error: 'store-unavailable', code: 503, message: 'The disk is gone.' };
    server.on('POST /v0/audit/verify', { body: lines(progress, failed) });
    expect(await run('audit verify')).toMatchObject({
      code: 6,
      stderr: 'error: The disk is gone. (store-unavailable)\n',
    });
    server.on('GET /v0/audit/export', { body: lines(eventLine(1), failed) });
    expect((await run('audit export')).code).toBe(6);
    expect(server.to('GET /v0/audit/export')).toHaveLength(1);
  });

  it('takes a verification that breaks off for none', async () => {
    server.on('POST /v0/audit/verify', { body: lines(progress) });
    const { code, stderr } = await run('audit verify');
    expect(code).toBe(6);
    expect(stderr).toContain('broke off before its result');
  });

  it('shows a bar at a terminal', async () => {
    server.on('POST /v0/audit/verify', { body: lines(progress, result) });
    const { stderr } = await run('audit verify', []);
    expect(stderr).toContain('replaying [############............]  50 % 6 of 12');
  });

  it('is for operators', async () => {
    server.on('POST /v0/audit/verify', refusal(403, 'forbidden', 'This is for operators.'));
    expect((await run('audit verify')).code).toBe(3);
  });
});

describe('audit replay', () => {
  const progress = { kind: 'progress', events: 6, of: 12 };
  const seen = { kind: 'image', image: image({ sourceWorkspace: 'platform' }) };
  const ran = { kind: 'deployment', deployment: deployment() };
  const result = { kind: 'result', events: 12, through: '0000000000000012', images: 1, deployments: 1 };

  it('shows what workspaces saw, and what ran there', async () => {
    server.on('POST /v0/audit/replay', { body: lines(progress, seen, ran, result) });
    const { code, stdout, stderr } = await run(
      'audit replay --to 0000000000000012 --image sandboxes/my-template -w team -u',
    );
    expect(stderr).toBe('replayed 12 events, up to position 0000000000000012\n');
    expect(code).toBe(0);
    expect(stdout).toContain('Workspace   team\nFrom        ← platform\n');
    expect(stdout).toContain('WORKSPACE   DEPLOYMENT        IMAGE');
    expect(Object.fromEntries(new URL(server.requests[0]?.path ?? '', 'http://x').searchParams)).toEqual({
      to: '0000000000000012',
      workspace: 'team',
      image: 'sandbox/my-template',
    });
  });

  it('is about every workspace unless one is named', async () => {
    server.on('POST /v0/audit/replay', { body: lines(seen, result) });
    const { stdout } = await run('audit replay');
    expect(stdout).toMatch(/^WORKSPACE {3}IMAGE .*\nteam {8}sandbox\/my-template {3}← platform /);
    expect(server.requests[0]?.path).toBe('/v0/audit/replay');
  });

  it('gives programs everything', async () => {
    server.on('POST /v0/audit/replay', { body: lines(progress, seen, ran, result) });
    const { stdout } = await run('audit replay -o json');
    expect(JSON.parse(stdout)).toEqual({
      events: 12,
      through: '0000000000000012',
      images: [seen.image],
      deployments: [ran.deployment],
    });
  });

  it('shows a bar at a terminal', async () => {
    server.on('POST /v0/audit/replay', { body: lines(progress, result) });
    const { stdout, stderr } = await run('audit replay', []);
    expect(stderr).toContain('replaying [############............]  50 % 6 of 12');
    expect(stdout).toBe('There were no images.\n');
  });

  it('takes a replay that breaks off for none', async () => {
    server.on('POST /v0/audit/replay', { body: lines(progress, seen) });
    const { code, stdout, stderr } = await run('audit replay');
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
    expect(stderr).toContain('broke off before its result');
  });

  it('asks nobody about one tag', async () => {
    expect(await run('audit replay --image sandbox/x:v1')).toMatchObject({ code: 2 });
    expect(server.requests).toEqual([]);
  });
});
