import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedRequest, Reply } from './support/recording-server.js';
import { RecordingServer } from './support/recording-server.js';
import { loggedInTo, runHere } from './support/run-here.js';

interface Envelope {
  readonly id: string;
  readonly type: string;
  readonly reason?: string;
}

let server: RecordingServer;
let directory: string;

beforeEach(async () => {
  server = await RecordingServer.start();
  directory = await mkdtemp(join(tmpdir(), 'tagalong-send-'));
});

afterEach(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

const run = (line: string, stdin = '') => runHere(line.split(' '), { env: loggedInTo(server.url), stdin });

const envelopes = ({ body }: RecordedRequest) =>
  body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Envelope);

/** Accepts everything but commands of the type `Bad`. */
const bus: Reply = (request, response) => {
  const replies = envelopes(request).map(({ id, type }, position) =>
    type === 'Bad'
      ? { line: position + 1, id, outcome: 'rejected', error: 'not-owner', code: 403, message: 'Not yours.' }
      : { line: position + 1, id, outcome: 'accepted', stream: 'image-team/sandbox/x', revision: 0, position: '7' },
  );
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.end(replies.map((reply) => `${JSON.stringify(reply)}\n`).join(''));
};

const command = (id: string | undefined, type = 'PushTag') =>
  JSON.stringify({ ...(id !== undefined && { id }), type, data: {} });

describe('commands send', () => {
  it('sends the lines of a file and shows what became of each', async () => {
    const file = join(directory, 'commands.ndjson');
    await writeFile(file, `${command('one')}\n\n${command('two')}`);
    server.on('POST /v0/commands', bus);
    const { code, stdout } = await run(`commands send ${file}`);
    expect(code).toBe(0);
    expect(stdout).toBe(
      '    1  accepted    one  image-team/sandbox/x @ 7\n    3  accepted    two  image-team/sandbox/x @ 7\n',
    );
    expect(server.requests[0]?.headers['content-type']).toBe('application/x-ndjson');
  });

  it('ends with 1 when one is rejected, behind the others', async () => {
    server.on('POST /v0/commands', bus);
    const { code, stdout, stderr } = await run(
      'commands send - -o json',
      [command('one'), command('two', 'Bad'), command('three')].join('\n'),
    );
    expect(code).toBe(1);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { id: 'one', outcome: 'accepted', line: 1 },
      { id: 'two', outcome: 'rejected', error: 'not-owner', line: 2 },
      { id: 'three', outcome: 'accepted', line: 3 },
    ]);
    expect(stderr).toContain('1 of 3 commands were not accepted');
  });

  it('gives ids and the reason where they are missing, and keeps them when it sends again', async () => {
    server.on('POST /v0/commands', 'hang-up', bus);
    const given = [command(undefined), JSON.stringify({ id: 'own', type: 'PushTag', data: {}, reason: 'own' })];
    const { code } = await runHere(['commands', 'send', '-', '--reason', 'migration'], {
      env: loggedInTo(server.url),
      stdin: given.join('\n'),
    });
    expect(code).toBe(0);
    const [first, second] = server.requests;
    expect(second?.body).toBe(first?.body);
    const [made, own] = first === undefined ? [] : envelopes(first);
    expect(made?.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(made?.reason).toBe('migration');
    expect(own).toMatchObject({ id: 'own', reason: 'own' });
  });

  it('sends large files in parts, and numbers the lines through', async () => {
    server.on('POST /v0/commands', bus);
    const many = Array.from({ length: 1_201 }, (_, position) => command(`c${String(position)}`)).join('\n');
    const { code, stdout } = await run('commands send -', many);
    expect(code).toBe(0);
    expect(server.requests.map((request) => envelopes(request).length)).toEqual([500, 500, 201]);
    expect(stdout.trim().split('\n').at(-1)).toContain('1201  accepted    c1200');
  });

  it.each([
    ['{"type": "PushTag"', 'standard input, line 2: is not JSON'],
    ['[]', 'standard input, line 2: is no command'],
    ['{"data": {}}', 'standard input, line 2: is no command'],
  ])('stops at the line %s', async (bad, message) => {
    server.on('POST /v0/commands', bus);
    const { code, stderr } = await run('commands send -', `${command('one')}\n${bad}\n`);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('says so when there is nothing to send, or no file', async () => {
    expect((await run('commands send -', '\n\n')).stderr).toContain('there were no commands to send');
    expect((await run('commands send /nonexistent.ndjson')).stderr).toContain('cannot read /nonexistent.ndjson');
  });

  it('does not take a missing answer for a good one', async () => {
    server.on('POST /v0/commands', { body: `${JSON.stringify({ id: 'one', outcome: 'accepted' })}\n` });
    const { code, stderr } = await run('commands send -', `${command('one')}\n${command('two')}`);
    expect(code).toBe(6);
    expect(stderr).toContain('2 commands were sent and 1 answered');
  });
});
