import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage, buildIndex, writeOciLayout } from '../../support/oci/index.js';
import type { StartedService } from '../../support/service.js';
import { startService } from '../../support/service.js';
import type { RunResult } from './support/run-here.js';
import { runHere } from './support/run-here.js';
import { CliProcess } from './support/run-process.js';

/** One story, told by the command line alone: from an empty service to bills, records and a feed. */
describe('the command line and the service', { timeout: 120_000 }, () => {
  let service: StartedService;
  let directory: string;
  let key = '';

  beforeAll(async () => {
    service = await startService();
    directory = await mkdtemp(join(tmpdir(), 'tagalong-story-'));
  }, 120_000);

  afterAll(async () => {
    await service.stop();
    await rm(directory, { recursive: true });
  });

  const as = (apiKey: string, workspace: string) => ({
    TAGALONG_URL: service.url,
    TAGALONG_API_KEY: apiKey,
    TAGALONG_WORKSPACE: workspace,
    NO_COLOR: '1',
  });
  const operator = (...line: readonly string[]) => runHere(line, { env: as(service.operatorKey, '') });
  const tagalong = (line: string, options: { readonly typed?: readonly string[]; readonly stdin?: string } = {}) =>
    runHere(line.split(' '), { env: as(key, 'platform'), ...options });
  const json = async (running: Promise<RunResult>): Promise<unknown> => {
    const { code, stdout, stderr } = await running;
    expect(stderr.replace(/^the key is shown this once.*\n/, '')).toBe('');
    expect(code).toBe(0);
    return JSON.parse(stdout);
  };
  const told = async (running: Promise<RunResult>): Promise<string> => {
    const { code, stdout, stderr } = await running;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return stdout;
  };

  it('an operator opens accounts and workspaces, and gives a machine a key', async () => {
    for (const account of ['acme', 'beta']) {
      expect(await told(operator('accounts', 'create', account, '--id', account))).toBe(`opened account ${account}\n`);
      await told(operator('accounts', 'sharing-policy', account, '--across-accounts', 'by-request'));
    }
    for (const [workspace, account] of [
      ['platform', 'acme'],
      ['prod', 'acme'],
      ['partner', 'beta'],
    ] as const) {
      await told(
        operator('workspaces', 'create', workspace, '--account', account, '--display-name', `The ${workspace}`),
      );
    }
    const created = await json(
      operator('service-accounts', 'create', 'ci', '--role', 'admin', '-w', 'platform', '-o', 'json'),
    );
    const { client_id: clientId } = created as { readonly client_id: string };
    for (const workspace of ['prod', 'partner']) {
      await told(operator('members', 'add', '--service-account', clientId, '--role', 'admin', '-w', workspace));
    }
    await told(operator('members', 'invite', 'kim@example.com', '-w', 'platform'));
    const members = await told(operator('members', 'list', '-w', 'platform'));
    expect(members).toMatch(/kim@example\.com +kim@example\.com +member +invited/);
    const issued = await json(
      operator('keys', 'create', clientId, '--expires-in', '30d', '-w', 'platform', '-o', 'json'),
    );
    ({ apiKey: key } = issued as { readonly apiKey: string });
    expect(await told(operator('keys', 'list', clientId, '-w', 'platform'))).not.toContain(key);
    expect(await told(tagalong('whoami'))).toMatch(/platform +admin +acme/);
  });

  it('an image is pushed from a layout, shared, and its next tag comes along', async () => {
    const [amd64, arm64] = [await buildImage(), await buildImage({ platform: 'linux/arm64' })];
    const index = buildIndex([amd64, arm64], { attestations: true });
    await writeOciLayout(directory, [
      { image: index, reference: 'multi' },
      { image: amd64, reference: 'single' },
    ]);
    const pushed = await told(tagalong(`push sandbox/base:v1 --oci-layout ${directory}:multi --reason first`));
    expect(pushed).toContain(`pushed sandbox/base:v1  ${index.root.digest}`);
    expect(await told(tagalong('share image sandbox/base -w prod'))).toContain('shared sandbox/base with prod');
    await told(tagalong(`push sandbox/base:v2 --oci-layout ${directory}:single`));
    expect(await told(tagalong('get images'))).toMatch(/sandbox\/base +own → +2 +v2/);
    expect(await told(tagalong('get images -w prod'))).toMatch(/sandbox\/base +← platform +2 +v2/);
    expect(await json(tagalong('get image sandbox/base:v1 -w prod -o json'))).toMatchObject({
      metadata: { sourceWorkspace: 'platform' },
      spec: { tags: [{ digest: index.root.digest, size: index.size, platforms: ['linux/amd64', 'linux/arm64'] }] },
    });
    expect(await told(tagalong('get image sandbox/base --latest -w prod'))).toBe('sandbox/base:v2\n');
  });

  it('what was seen at a time or position can be seen again', async () => {
    const events = await json(tagalong('audit events --kind TagPushed --order oldest -o json'));
    const [first] = events as readonly { readonly position: string }[];
    const then = await json(tagalong(`get images --at ${first?.position ?? ''} -o json`));
    expect(then).toMatchObject([{ spec: { tags: [{ name: 'v1' }] } }]);
    expect(await told(tagalong(`get images --at ${first?.position ?? ''}`))).toMatch(/sandbox\/base +own +1 +v1/);
    expect(await told(tagalong('get images --at 2020-01-01T00:00:00Z'))).toBe('There are no images.\n');
  });

  it('what is deployed is protected and warned about', async () => {
    expect(await told(tagalong('deploy sandbox/base:v1 --name box -w prod'))).toContain(
      'deployed sandbox/box from sandbox/base:v1, pinned to sha256:',
    );
    expect(await told(tagalong('deployments list -w prod'))).toContain('← platform');
    expect(await told(tagalong('usage sandbox/base'))).toMatch(/prod +sandbox\/box +sandbox\/base:v1/);
    const declined = await tagalong('unshare image sandbox/base -w prod', { typed: ['n'] });
    expect(declined.stderr).toContain('1 deployment in prod would lose the image');
    const refused = await tagalong('delete image sandbox/base:v1 --yes');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('(image-shared)');
    expect(await told(tagalong('resolve sandbox/base:v1 -w prod --pull-reference'))).toMatch(
      /\/platform\/sandbox\/base@sha256:[a-f0-9]{64}\n$/,
    );
    expect(await told(tagalong('cleanup images --yes'))).toBe('Every image is in use or shared.\n');
  });

  it('another account is asked, and takes the image when it accepts', async () => {
    const wrong = await tagalong('share image sandbox/base -w partner');
    expect(wrong.code).toBe(1);
    expect(await told(tagalong('share image sandbox/base -w partner --account-id beta'))).toContain('asked partner');
    expect(await told(tagalong('shares sandbox/base'))).toMatch(/→ partner +pending +beta/);
    const requests = await json(tagalong('requests list -w partner -o json'));
    const [request] = requests as readonly { readonly id: string }[];
    expect(await told(tagalong(`requests accept ${request?.id ?? ''} -w partner`))).toBe(
      'accepted sandbox/base ← platform\n',
    );
    expect(await told(tagalong('requests list -w partner'))).toBe('There are no incoming requests.\n');
    expect((await tagalong(`requests accept ${request?.id ?? ''} -w partner`)).code).toBe(0);
  });

  it('commands go over the bus, once however often they are sent', async () => {
    const data = {
      workspace: 'platform',
      resourceType: 'job',
      name: 'nightly',
      tag: 'v1',
      digest: `sha256:${'d'.repeat(64)}`,
      size: 7,
    };
    const lines = [
      { id: 'story-1', type: 'PushTag', data },
      { id: 'story-2', type: 'PushTag', data: { ...data, workspace: 'nobody' } },
    ];
    const stdin = lines.map((line) => JSON.stringify(line)).join('\n');
    const first = await tagalong('commands send - -o json', { stdin });
    const second = await tagalong('commands send - -o json', { stdin });
    expect(first.code).toBe(1);
    const outcomes = (text: string) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { readonly outcome: string; readonly position?: string });
    expect(outcomes(first.stdout).map(({ outcome }) => outcome)).toEqual(['accepted', 'rejected']);
    expect(outcomes(second.stdout)[0]?.position).toBe(outcomes(first.stdout)[0]?.position);
  });

  it('a write repeated by hand under its id is done once', async () => {
    const line = 'delete image job/nightly --yes --idempotency-key by-hand-1';
    expect((await tagalong(line)).code).toBe(0);
    expect((await tagalong('get image job/nightly')).code).toBe(4);
    await tagalong(line);
    const deletions = await json(tagalong('audit events --kind ImageDeleted -o json'));
    expect(deletions).toHaveLength(1);
  });

  it('the record says who, through what and why, and can be exported and verified', async () => {
    const events = await json(tagalong('audit events --image sandbox/base --kind TagPushed --order oldest -o json'));
    expect(events).toMatchObject([{ via: 'cli', reason: 'first' }, { via: 'cli' }]);
    const exported = (await told(tagalong('audit export'))).trim().split('\n');
    expect(exported.length).toBeGreaterThan(5);
    expect(exported.map((line) => JSON.parse(line) as object).every((event) => 'position' in event)).toBe(true);
    expect(await told(operator('audit', 'verify'))).toMatch(/^checked \d+ events and \d+ rows: no differences\n$/);
    expect((await tagalong('audit verify')).code).toBe(3);
  });

  it('storage is billed to the owner', async () => {
    const owner = await told(tagalong('billing storage'));
    expect(owner).toMatch(/sandbox\/base +own +\d/);
    expect(await told(tagalong('billing storage -w prod'))).toMatch(/sandbox\/base +← platform +0 B +0 B·h +\d/);
  });

  it('projections are shown and built anew by the operator', async () => {
    expect(await told(operator('projections', 'status'))).toMatch(/catalog +live/);
    expect(await told(operator('projections', 'rebuild', 'catalog'))).toContain('rebuilding catalog');
    expect((await operator('projections', 'rebuild', 'nonsense')).code).toBe(4);
    expect((await tagalong('projections status')).code).toBe(3);
  });

  it('the feed tells what happened, and goes on with what happens', async () => {
    const past = await told(tagalong('feed -w prod -o json'));
    const types = past
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly type: string }).type);
    expect(types).toEqual(expect.arrayContaining(['image.shared-in', 'tag.pushed', 'deployment.created']));
    const following = CliProcess.start('feed --follow --limit 1 -o json'.split(' '), as(key, 'prod'));
    const live = new Promise<string>((resolve) => {
      following.child.stdout.once('data', (chunk: Buffer) => {
        resolve(chunk.toString());
      });
    });
    let position = 0;
    // A feed begins when it is connected to; until it says something, there may be nobody to hear.
    const pushing = setInterval(() => {
      position++;
      void tagalong(`push sandbox/base:live${String(position)} --oci-layout ${directory}:single`);
    }, 500);
    expect(JSON.parse(await live)).toMatchObject({ type: 'tag.pushed', sourceWorkspace: 'platform' });
    clearInterval(pushing);
    expect(await following.result).toMatchObject({ code: 0, stderr: '' });
  });

  it('a share ends, and with it what the target saw', async () => {
    expect(await told(tagalong('unshare image sandbox/base -w prod --yes'))).toBe(
      'sandbox/base is no longer shared with prod\n',
    );
    expect(await told(tagalong('get images -w prod'))).toBe('There are no images.\n');
    expect((await tagalong('get image sandbox/base -w prod')).code).toBe(4);
  });

  it('a revoked key is refused from the next request on', async () => {
    const accounts = await json(operator('service-accounts', 'list', '-w', 'platform', '-o', 'json'));
    const [account] = accounts as readonly { readonly client_id: string }[];
    const keys = await json(operator('keys', 'list', account?.client_id ?? '', '-w', 'platform', '-o', 'json'));
    const [issued] = keys as readonly { readonly id: string }[];
    await told(operator('keys', 'revoke', account?.client_id ?? '', issued?.id ?? '', '--yes', '-w', 'platform'));
    expect((await tagalong('get images')).code).toBe(3);
  });
});
