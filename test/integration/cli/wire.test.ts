import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployment, image, tag } from './support/answers.js';
import { RecordingServer, refusal } from './support/recording-server.js';
import { loggedInTo, runHere } from './support/run-here.js';
import type { RunOptions } from './support/run-here.js';

let server: RecordingServer;

beforeEach(async () => {
  server = await RecordingServer.start();
});

afterEach(async () => {
  await server.stop();
});

function run(line: string | readonly string[], options: RunOptions = {}) {
  const words = typeof line === 'string' ? line.split(' ') : line;
  return runHere(words, { ...options, env: { ...loggedInTo(server.url), TZ: 'UTC', ...options.env } });
}

const digest = `sha256:${'b2'.repeat(32)}`;

describe('every request', () => {
  it('carries the credential, the workspace and who asks', async () => {
    server.on('GET /v0/images', { body: [] });
    await run('get images');
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer key-of-the-test',
      'x-blaxel-workspace': 'team',
      accept: 'application/json',
    });
    expect(server.requests[0]?.headers['user-agent']).toMatch(/^tagalong-cli\/\d/);
  });

  it('goes to the workspace of -w, wherever it stands', async () => {
    server.on('GET /v0/images', { body: [] });
    await run('get images -w other');
    await run('-w another get images');
    expect(server.requests.map(({ headers }) => headers['x-blaxel-workspace'])).toEqual(['other', 'another']);
  });

  it('does not follow a redirect with the credential', async () => {
    const elsewhere = await RecordingServer.start();
    server.on('GET /v0/images', { status: 302, headers: { location: `${elsewhere.url}/v0/images` } });
    const { code, stderr } = await run('get images');
    expect(code).toBe(6);
    expect(stderr).toContain(`sends elsewhere: ${elsewhere.url}/v0/images`);
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.stop();
  });

  it('is told of by --verbose, without the credential', async () => {
    server.on('GET /v0/images', { body: [] });
    const { stderr, stdout } = await run('get images -v -o json');
    expect(stderr).toContain(`> GET ${server.url}/v0/images?limit=200\n< 200`);
    expect(stderr).not.toContain('key-of-the-test');
    expect(stdout).toBe('[]\n');
  });
});

describe('every write', () => {
  it('says why, through what, and under which id', async () => {
    server.on('DELETE /v0/images/sandbox/my-template', { body: image() });
    await run(['delete', 'image', 'sandbox/my-template', '--yes', '--reason', 'größer & ersetzt']);
    expect(server.requests[0]?.headers).toMatchObject({
      'x-tagalong-via': 'cli',
      'x-tagalong-reason': encodeURIComponent('größer & ersetzt'),
    });
    expect(server.requests[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('has an id of its own, and all of one invocation one correlation id', async () => {
    server.on('DELETE /v0/images/sandbox/a', { body: image() }).on('DELETE /v0/images/sandbox/b', { body: image() });
    await run('delete image sandbox/a sandbox/b --yes');
    const [first, second] = server.requests.map(({ headers }) => headers);
    expect(first?.['idempotency-key']).not.toBe(second?.['idempotency-key']);
    expect(first?.['x-correlation-id']).toBe(second?.['x-correlation-id']);
  });

  it('keeps its id over broken connections and answers that say "not now"', async () => {
    server.on(
      'PUT /v0/images/sandbox/x/tags/v1',
      'hang-up',
      refusal(503, 'store-unavailable', 'busy', { 'retry-after': '2' }),
      refusal(429, 'rate-limited', 'slow down', { 'retry-after': '1' }),
      { body: image() },
    );
    const { code, pauses } = await run(`push sandbox/x:v1 --digest ${digest} --size 5`);
    expect(code).toBe(0);
    const ids = server.requests.map(({ headers }) => headers['idempotency-key']);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(1);
    expect(pauses.slice(1)).toEqual([2_000, 1_000]);
  });

  it('takes the id given, so that a later invocation may repeat it', async () => {
    server.on('DELETE /v0/images/sandbox/x', { body: image() });
    await run('delete image sandbox/x --yes --idempotency-key mine-1');
    expect(server.requests[0]?.headers['idempotency-key']).toBe('mine-1');
    const several = await run('delete image sandbox/x sandbox/y --yes --idempotency-key mine-1');
    expect(several.code).toBe(2);
  });

  it('says how to repeat it safely when its outcome stays unknown', async () => {
    server.on('DELETE /v0/images/sandbox/x', 'hang-up');
    const { code, stderr, pauses } = await run('delete image sandbox/x --yes');
    const [id] = server.requests.map(({ headers }) => headers['idempotency-key']);
    expect(code).toBe(6);
    expect(server.requests).toHaveLength(5);
    expect(pauses).toHaveLength(4);
    expect(stderr).toContain(`whether it was done is unknown; the same command with --idempotency-key ${String(id)}`);
  });

  it('that reached nobody, or was refused in the end, is not said to be unknown', async () => {
    const { url } = server;
    await server.stop();
    const nobody = await run('delete image sandbox/x --yes', { env: { TAGALONG_URL: url } });
    expect(nobody.code).toBe(6);
    expect(nobody.stderr).not.toContain('unknown');
    server = await RecordingServer.start();
    server.on('DELETE /v0/images/sandbox/x', 'hang-up', refusal(404, 'image-not-found', 'There is none.'));
    const refused = await run('delete image sandbox/x --yes');
    expect(refused).toMatchObject({ code: 4, stderr: 'error: There is none. (image-not-found)\n' });
  });

  it('is not repeated after a refusal', async () => {
    server.on('DELETE /v0/images/sandbox/x', refusal(409, 'image-shared', 'sandbox/x is shared with other.'));
    const { code, stderr } = await run('delete image sandbox/x --yes');
    expect(code).toBe(5);
    expect(stderr).toBe('error: sandbox/x is shared with other. (image-shared)\n');
    expect(server.requests).toHaveLength(1);
  });

  it('is not repeated when the service asks for more patience than there is', async () => {
    server.on('DELETE /v0/images/sandbox/x', refusal(503, 'starting', 'not yet', { 'retry-after': '3600' }));
    const { code } = await run('delete image sandbox/x --yes');
    expect(code).toBe(6);
    expect(server.requests).toHaveLength(1);
  });

  it('is tried as often as --retries says', async () => {
    server.on('DELETE /v0/images/sandbox/x', 'hang-up');
    await run('delete image sandbox/x --yes --retries 1');
    expect(server.requests).toHaveLength(2);
  });

  it('needs a yes where there is no terminal', async () => {
    const { code, stderr } = await run('cleanup images');
    expect(code).toBe(2);
    expect(stderr).toContain('add --yes to go ahead without asking');
    expect(server.requests).toEqual([]);
  });
});

describe('exit codes', () => {
  it.each([
    [400, 1],
    [401, 3],
    [403, 3],
    [404, 4],
    [409, 5],
    [410, 4],
    [413, 1],
    [429, 6],
    [500, 1],
    [502, 6],
    [503, 6],
    [504, 6],
  ])('status %i ends with %i', async (status, expected) => {
    server.on('GET /v0/images', refusal(status, 'some-code', 'Some sentence.'));
    const { code, stderr, stdout } = await run('get images --retries 0');
    expect(code).toBe(expected);
    expect(stderr).toContain('error: Some sentence. (some-code)');
    expect(stdout).toBe('');
  });

  it('fields at fault are named', async () => {
    const details = [{ field: 'size', message: 'must not be less than 0' }];
    server.on('PUT /v0/images/sandbox/x/tags/v1', {
      status: 400,
      body: { error: 'validation', code: 400, message: 'The request is not valid.', details },
    });
    const { stderr } = await run(`push sandbox/x:v1 --digest ${digest} --size 5`);
    expect(stderr).toContain('error: The request is not valid.\n  size: must not be less than 0');
  });

  it('what the message says already is not said again', async () => {
    const details = ['size must be a whole number', 'tag must be a tag'].map((message) => ({
      field: message.split(' ')[0],
      message,
    }));
    server.on('PUT /v0/images/sandbox/x/tags/v1', {
      status: 400,
      body: { error: 'invalid-input', code: 400, message: 'size must be a whole number.', details },
    });
    const { stderr } = await run(`push sandbox/x:v1 --digest ${digest} --size 5`);
    expect(stderr).toBe('error: size must be a whole number.\n  tag must be a tag (invalid-input)\n');
  });

  it('a service that is not there ends with 6 and the address', async () => {
    const { url } = server;
    await server.stop();
    const { code, stderr } = await run('get images --retries 0', { env: { TAGALONG_URL: url } });
    expect(code).toBe(6);
    expect(stderr).toContain(`cannot reach ${url}/v0: nothing listens there`);
    server = await RecordingServer.start();
  });

  it('a service that does not speak TLS is told from one that is not there', async () => {
    const url = server.url.replace('http:', 'https:');
    const { code, stderr } = await run('get images', { env: { TAGALONG_URL: url } });
    expect(code).toBe(6);
    expect(stderr).toBe(
      `error: cannot reach ${url}/v0: what listens there does not speak TLS\n` +
        'write the address with http://, or put a proxy that speaks TLS before the service\n',
    );
  });

  it('a service that does not answer in time ends with 6', async () => {
    server.on('GET /v0/images', () => undefined);
    const { code, stderr } = await run('get images --retries 0 --timeout 0.2');
    expect(code).toBe(6);
    expect(stderr).toContain('did not answer in time');
  });

  it('something that is no such service is recognized', async () => {
    server.on('GET /v0/images', { body: '<html>hello</html>' });
    const html = await run('get images');
    expect(html.code).toBe(1);
    expect(html.stderr).toContain('is this the address of a Tagalong service?');
    server.on('GET /v0/images', { body: { images: 1 } });
    const odd = await run('get images');
    expect(odd.stderr).toContain('answered something unexpected');
  });

  it('no credential ends with 3, a wrong command line with 2', async () => {
    expect((await run('get images', { env: { TAGALONG_API_KEY: '' } })).code).toBe(3);
    for (const line of [
      '',
      'nonsense',
      'get',
      'get images --nonsense',
      'push',
      'share image sandbox/x',
      'get images -o xml',
    ]) {
      expect((await run(line === '' ? [] : line)).code, line).toBe(2);
    }
    expect((await run('--help')).code).toBe(0);
    expect((await run('--version')).code).toBe(0);
    expect(server.requests).toEqual([]);
  });
});

describe('push', () => {
  it('sends digest, size, media type and platforms', async () => {
    server.on('PUT /v0/images/sandbox/team%2Fx/tags/v1.0', { body: image() });
    const { code, stdout } = await run(
      `push sandboxes/team/x:v1.0 --digest ${digest} --size 2048 --platform linux/amd64 --platform linux/arm64/v8 --media-type a/b`,
    );
    expect(code).toBe(0);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      digest,
      size: 2_048,
      mediaType: 'a/b',
      platforms: ['linux/amd64', 'linux/arm64/v8'],
    });
    expect(stdout).toBe(`pushed sandbox/team/x:v1.0  ${digest}  2.00 KB  linux/amd64, linux/arm64/v8\n`);
  });

  it.each([
    ['push sandbox/x --digest D --size 1', 'names no tag'],
    ['push sandbox/x:v1', 'there is nothing to push'],
    ['push sandbox/x:v1 --digest D', '--digest needs --size'],
    ['push sandbox/x:v1 --digest D --size 1 --oci-layout .', 'more than one image to push'],
    ['push sandbox/x:v1 --oci-layout . --size 1', '--size belongs to --digest'],
    ['push sandbox/x:v1 --digest D --size -1', 'A number of bytes is expected'],
    ['push sandbox/x:v1 --digest sha256:abc --size 1', 'A digest is sha256:'],
    ['push sandbox/x:v1 --digest D --size 1 --platform linux', 'A platform is os/architecture'],
    ['push x:v1 --digest D --size 1', 'names no resource type'],
    ['push box/x:v1 --digest D --size 1', 'types are agent, function, job, sandbox'],
  ])('%s: %s', async (line, message) => {
    const { code, stderr } = await run(line.replace('D', digest));
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(server.requests).toEqual([]);
  });
});

describe('get', () => {
  it('lists with arrows for what comes from elsewhere and for what goes there', async () => {
    const images = [
      image(),
      image({ name: 'planner', resourceType: 'agent', sourceWorkspace: 'platform-team' }, [tag('v1'), tag('v2')]),
    ];
    server.on('GET /v0/images', { body: images }, { body: [images[0]] }, { body: images });
    const { stdout } = await run('get images --utc');
    expect(stdout).toBe(
      [
        'IMAGE                 FROM              TAGS   LATEST      SIZE   UPDATED',
        'sandbox/my-template   own →                1   v1       1.50 MB   2026-09-02 10:00:00Z',
        'agent/planner         ← platform-team      2   v1       1.50 MB   2026-09-02 10:00:00Z',
        '',
      ].join('\n'),
    );
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/v0/images?limit=200',
      '/v0/images?limit=200&shared=out',
    ]);
    expect(JSON.parse((await run('get images -o json')).stdout)).toEqual(images);
    expect((await run('get images -o yaml')).stdout).toContain('    sourceWorkspace: platform-team\n');
  });

  it('passes on all filters', async () => {
    server.on('GET /v0/images', { body: [] });
    const { stdout } = await run(
      'get images --type sandboxes -q temp --shared in --at 2026-09-01T00:00:00Z --limit 7 --cursor c1',
    );
    expect(Object.fromEntries(new URL(server.requests[0]?.path ?? '', 'http://x').searchParams)).toEqual({
      type: 'sandbox',
      q: 'temp',
      shared: 'in',
      at: '2026-09-01T00:00:00Z',
      limit: '7',
      cursor: 'c1',
    });
    expect(stdout).toBe('There are no images.\n');
  });

  it('goes through all pages, or ends at the limit and tells where to go on', async () => {
    const page = (name: string) => ({ body: [image({ name })], headers: { 'x-next-cursor': `after-${name}` } });
    server.on('GET /v0/images', page('a'), page('b'), { body: [image({ name: 'c' })] });
    const all = await run('get images -o json');
    expect(JSON.parse(all.stdout)).toHaveLength(3);
    expect(server.requests.map(({ path }) => new URL(path, 'http://x').searchParams.get('cursor'))).toEqual([
      null,
      'after-a',
      'after-b',
    ]);
    server.on('GET /v0/images', page('a'));
    const some = await run('get images --limit 1 -o json');
    expect(some.stderr).toBe('there are more: add --cursor after-a\n');
    const circle = await run('get images');
    expect(circle.stderr).toContain('the service gave the same page twice');
  });

  it('shows one image, one tag, or the newest reference', async () => {
    const tags = [
      tag('v2', '2026-09-02T00:00:00.000Z'),
      tag('v1', '2026-09-01T00:00:00.000Z', '2026-09-05T00:00:00.000Z'),
    ];
    server.on('GET /v0/images/sandbox/my-template', { body: image({}, tags) });
    const whole = await run('get image sandbox/my-template -u');
    expect(whole.stdout).toContain('Image       sandbox/my-template\n');
    expect(whole.stdout).toContain('v1    sha256:a1a1a1a1a1a1   1.00 MB   linux/amd64   2026-09-01 00:00:00Z');
    const one = await run('get image sandbox/my-template:v1 -o json');
    expect(JSON.parse(one.stdout)).toMatchObject({ spec: { tags: [{ name: 'v1' }] } });
    expect((await run('get image sandbox/my-template --latest')).stdout).toBe('sandbox/my-template:v2\n');
    const missing = await run('get image sandbox/my-template:v9');
    expect(missing.code).toBe(4);
    expect(missing.stderr).toContain('sandbox/my-template has no tag v9');
    expect((await run('get image sandbox/my-template:v1 --latest')).code).toBe(2);
    expect((await run('get images --latest')).code).toBe(2);
  });

  it('is not fooled by names that would write to the terminal', async () => {
    const evil = 'kim\u001b[2J\u0007\u202e';
    server.on('GET /v0/images', { body: [image({ sourceWorkspace: evil })] });
    const { stdout } = await run('get images');
    expect(stdout).toContain('← kim\\u{1b}[2J\\u{7}\\u{202e}');
    server.on('GET /v0/images', refusal(400, 'bad', `no \u001b[2J`));
    expect((await run('get images')).stderr).toContain('error: no \\u{1b}[2J');
  });
});

describe('share and unshare', () => {
  it('-w is the target, and the workspace to act in stays the current one', async () => {
    server.on('POST /v0/images/sandbox/my-template/share', {
      body: image({ workspace: 'other', sourceWorkspace: 'team' }),
    });
    const { code, stdout } = await run('share image sandbox/my-template -w other');
    expect(code).toBe(0);
    expect(server.requests[0]).toMatchObject({ body: '{"targetWorkspace":"other"}' });
    expect(server.requests[0]?.headers['x-blaxel-workspace']).toBe('team');
    expect(stdout).toBe('shared sandbox/my-template with other: it sees all tags, also those pushed later\n');
  });

  it('--from names another workspace to act in, and -w before the command is refused', async () => {
    server.on('POST /v0/images/sandbox/x/share', { body: image() });
    await run('share image sandbox/x -w other --from platform');
    expect(server.requests[0]?.headers['x-blaxel-workspace']).toBe('platform');
    const before = await run('-w platform share image sandbox/x -w other');
    expect(before.code).toBe(2);
    expect(before.stderr).toContain('there it names the target');
    expect(server.requests).toHaveLength(1);
  });

  it('a target in another account is asked', async () => {
    const request = {
      id: 'req-1',
      imageName: 'my-template',
      resourceType: 'sandbox',
      sourceWorkspace: 'team',
      targetWorkspace: 'partner',
      expiresAt: '2026-09-08T00:00:00.000Z',
    };
    server.on('POST /v0/images/sandbox/my-template/share', { status: 202, body: request });
    const { stdout } = await run('share image sandbox/my-template -w partner --account-id acme -u');
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ targetWorkspace: 'partner', targetAccountId: 'acme' });
    expect(stdout).toBe(
      'asked partner to take sandbox/my-template: an admin there has to accept request req-1 until 2026-09-08 00:00:00Z\n',
    );
  });

  it.each([
    'share image sandbox/x:v1 -w other',
    'unshare image sandbox/x:v1 -w other',
    `share image sandbox/x@${digest} -w o`,
  ])('%s is refused here, with the reason', async (line) => {
    const { code, stderr } = await run(line);
    expect(code).toBe(2);
    expect(stderr).toContain('sharing covers the whole image with all its tags, also those pushed later');
    expect(stderr).toContain('and write sandbox/x');
    expect(server.requests).toEqual([]);
  });

  const route = 'DELETE /v0/images/sandbox/my-template/share/other';
  const unshare = 'unshare image sandbox/my-template -w other';

  it('unshare shows what would break, and asks', async () => {
    server.on(route, { body: [deployment()] }, { body: image() });
    const { code, stdout, stderr } = await run(unshare, { typed: ['y'], env: { NO_COLOR: '1' } });
    expect(code).toBe(0);
    expect(stderr).toContain('1 deployment in other would lose the image:\n');
    expect(stderr).toContain('sandbox/dev-box');
    expect(stderr).toContain('End the sharing of sandbox/my-template with other? [y/N]');
    expect(stdout).toContain('sandbox/my-template is no longer shared with other\n');
    expect(server.requests.map(({ path }) => path.includes('dryRun=true'))).toEqual([true, false]);
  });

  it('unshare shows it in colour where that is wanted, and never as escapes', async () => {
    server.on(route, { body: [deployment()] });
    const { stderr } = await run(unshare, { typed: ['n'] });
    expect(stderr).toContain('\u001b[1mDEPLOYMENT\u001b[22m');
    expect(stderr).not.toContain('\\u{');
  });

  it('unshare does nothing without a yes', async () => {
    for (const answer of ['n', '', 'yess']) {
      server.on(route, { body: [] });
      const { code, stderr } = await run(unshare, { typed: [answer] });
      expect(code).toBe(0);
      expect(stderr).toContain('nothing was done');
    }
    expect(server.requests.every(({ path }) => path.includes('dryRun=true'))).toBe(true);
  });

  it('unshare --dry-run only tells, --yes only does', async () => {
    server.on(route, { body: [] });
    const dry = await run(`${unshare} --dry-run -o json`);
    expect(JSON.parse(dry.stdout)).toEqual({ wouldBreak: [] });
    server.on(route, { body: image() });
    await run(`${unshare} --yes`);
    expect(server.requests.map(({ path }) => path.includes('dryRun=true'))).toEqual([true, false]);
  });
});

describe('delete', () => {
  it('a reference with a tag deletes that tag only', async () => {
    server.on('DELETE /v0/images/sandbox/x/tags/v1', { body: image() });
    const { stdout } = await run('delete image sandbox/x:v1 --yes');
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'DELETE /v0/images/sandbox/x/tags/v1',
    ]);
    expect(stdout).toBe('deleted sandbox/x:v1\n');
  });

  it('asks before all tags go, with their number', async () => {
    server.on('GET /v0/images/sandbox/x', { body: image({}, [tag('a'), tag('b')]) });
    const { stderr } = await run('delete image sandbox/x', { typed: ['no'] });
    expect(stderr).toContain('Delete sandbox/x with all 2 tags, 1.50 MB? [y/N]');
    expect(server.to('DELETE /v0/images/sandbox/x')).toEqual([]);
  });
});

describe('completion of images', () => {
  it.each([
    ['', {}],
    ['s', { type: 'sandbox' }],
    ['sandbox/', { type: 'sandbox' }],
    ['sandbox/my-', { type: 'sandbox', q: 'my-' }],
    ['agent/a/b', { type: 'agent', q: 'a/b' }],
  ])('asks only for what begins with %j, however many there are', async (begun, asked) => {
    server.on('GET /v0/images', { body: [image()] });
    const { stdout } = await runHere(['__complete', '--', 'get', 'image', begun], { env: loggedInTo(server.url) });
    expect(stdout).toBe('sandbox/my-template'.startsWith(begun) ? 'sandbox/my-template\t\n' : '');
    const query = Object.fromEntries(new URL(server.requests[0]?.path ?? '', 'http://x').searchParams);
    expect(query).toEqual({ limit: '100', ...asked });
  });
});
