import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingServer, refusal } from './support/recording-server.js';
import { loggedInTo, runHere } from './support/run-here.js';

let server: RecordingServer;

beforeEach(async () => {
  server = await RecordingServer.start();
});

afterEach(async () => {
  await server.stop();
});

const run = (line: string) => runHere(line.split(' '), { env: loggedInTo(server.url) });

function event(position: number, type = 'tag.pushed', more: object = {}): string {
  const data = {
    position: String(position),
    type,
    workspace: 'team',
    resourceType: 'sandbox',
    name: 'x',
    tag: `v${String(position)}`,
    occurredAt: '2026-09-01T10:00:00.000Z',
    ...more,
  };
  return `id: ${String(position)}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function begin(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(text);
}

/** Sends events and then breaks off in the middle of one. */
const breakingOff = (text: string) => (_: unknown, response: ServerResponse) => {
  begin(response, `${text}id: 99\ndata: {"half`);
  setImmediate(() => response.destroy());
};

const positions = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { position: string }).position);

describe('feed --follow', () => {
  it('goes on behind the last event after a broken connection, without gaps and repetitions', async () => {
    server.on(
      'GET /v0/feed',
      breakingOff(event(1) + event(2)),
      'hang-up',
      refusal(503, 'store-unavailable', 'restarting'),
      breakingOff(event(3)),
      (_, response) => {
        begin(response, event(4));
        response.end();
      },
      (_, response) => {
        begin(response, event(5));
      },
    );
    const { code, stdout, stderr } = await run('feed --follow --limit 5 -o json');
    expect(code).toBe(0);
    expect(positions(stdout)).toEqual(['1', '2', '3', '4', '5']);
    expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([
      undefined,
      '2',
      '2',
      '2',
      '3',
      '4',
    ]);
    expect(stderr).toContain('the feed broke off; going on after 2');
  });

  it('waits longer each time while nothing comes, as long as the service asks', async () => {
    server.on(
      'GET /v0/feed',
      'hang-up',
      (_, response) => {
        begin(response, 'retry: 7000\n\n');
        setImmediate(() => response.destroy());
      },
      (_, response) => {
        begin(response, event(1));
      },
    );
    const { pauses } = await runHere('feed --follow --limit 1 --retries 0'.split(' '), { env: loggedInTo(server.url) });
    expect(pauses).toEqual([500, 7_000]);
  });

  it('goes on behind a position that came without an event', async () => {
    server.on('GET /v0/feed', breakingOff(`${event(1)}id: 7\n\nid: 8\n\n`), (_, response) => {
      begin(response, event(9));
    });
    const { stdout } = await run('feed --follow --limit 2 -o json');
    expect(positions(stdout)).toEqual(['1', '9']);
    expect(server.requests[1]?.headers['last-event-id']).toBe('8');
  });

  it('ends when the right to read is gone', async () => {
    server.on('GET /v0/feed', breakingOff(event(1)), refusal(401, 'unauthenticated', 'This key was revoked.'));
    const { code, stderr } = await run('feed --follow');
    expect(code).toBe(3);
    expect(stderr).toContain('This key was revoked.');
  });

  it('begins after a position', async () => {
    server.on('GET /v0/feed', (_, response) => {
      begin(response, event(43));
    });
    await run('feed --since 42 --follow --limit 1');
    expect(server.requests[0]).toMatchObject({ path: '/v0/feed?since=42', headers: { accept: 'text/event-stream' } });
  });

  it('ends at once when interrupted', async () => {
    const controller = new AbortController();
    server.on('GET /v0/feed', (_, response) => {
      begin(response, event(1));
      setTimeout(() => {
        controller.abort(new Error('stopped by the test'));
      }, 20);
    });
    const { code, stderr } = await runHere(['feed', '--follow'], {
      env: loggedInTo(server.url),
      signal: controller.signal,
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain('stopped by the test');
    expect(server.requests).toHaveLength(1);
  });
});

describe('feed', () => {
  it('ends where the service says that it has caught up', async () => {
    server.on('GET /v0/feed', (_, response) => {
      begin(response, `${event(1)}event: caught-up\ndata: {}\n\n${event(2)}`);
    });
    const { stdout } = await run('feed --since 0 -o json');
    expect(positions(stdout)).toEqual(['1']);
  });

  it('begins at the start, unless it is to follow', async () => {
    server.on('GET /v0/feed', (_, response) => {
      begin(response, `event: caught-up\ndata: {}\n\n${event(1)}`);
    });
    expect((await run('feed')).stdout).toBe('');
    await run('feed --follow --limit 1');
    expect(server.requests.map(({ path }) => path)).toEqual(['/v0/feed?since=start', '/v0/feed']);
  });

  it('goes on until it has caught up', async () => {
    server.on('GET /v0/feed', breakingOff(event(1)), (_, response) => {
      begin(response, `${event(2)}id: 2\nevent: caught-up\ndata: {}\n\n`);
    });
    const { code, stdout } = await run('feed -o json');
    expect(code).toBe(0);
    expect(positions(stdout)).toEqual(['1', '2']);
    expect(server.requests.map(({ path }) => path)).toEqual(['/v0/feed?since=start', '/v0/feed']);
  });

  it('shows directions to people, and YAML documents to programs', async () => {
    const events =
      event(1, 'tag.pushed', { sourceWorkspace: 'platform' }) +
      event(2, 'image.shared-out', { targetWorkspace: 'other' });
    server.on('GET /v0/feed', (_, response) => {
      begin(response, `${events}event: caught-up\ndata: {}\n\n`);
    });
    const { stdout } = await run('feed --since 0 -u');
    expect(stdout).toBe(
      '2026-09-01 10:00:00Z  tag.pushed           sandbox/x:v1  ← platform\n' +
        '2026-09-01 10:00:00Z  image.shared-out     sandbox/x:v2  → other\n',
    );
    expect((await run('feed --since 0 -o yaml')).stdout).toMatch(/^---\nposition: "1"\n/);
  });

  it('refuses what is no feed', async () => {
    server.on('GET /v0/feed', { body: [] });
    const { code, stderr } = await run('feed');
    expect(code).toBe(1);
    expect(stderr).toContain('the service answered application/json instead of a feed');
  });
});
