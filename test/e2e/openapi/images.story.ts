import { textIn } from '../../support/platform.js';
import { digestOf } from '../../support/written-log.js';
import type { Recorder } from './recorder.js';

const base = '/v0/images/sandbox/base';

/** Pushes, shares within the account and to another one, deploys, resolves, and takes all that back. */
export async function imagesStory(recorder: Recorder): Promise<void> {
  await push(recorder);
  await read(recorder);
  await share(recorder);
  await deploy(recorder);
  await ask(recorder);
  await undo(recorder);
}

function pushTag(recorder: Recorder, path: string, n: number, workspace = 'build', status = 200) {
  return recorder.expect(status, 'PUT', path, { workspace, body: { digest: digestOf(n), size: n } });
}

async function push(recorder: Recorder): Promise<void> {
  const workspace = 'build';
  const create = (body: object) => recorder.expect(200, 'POST', '/v0/images', { workspace, body });
  await create({ resourceType: 'agents', name: 'team/helper', image: 'docker.io/team/helper:1', generation: 'mk3' });
  await create({ resourceType: 'job', name: 'empty' });
  const first = { digest: digestOf(1), size: 1, mediaType: 'application/vnd.oci.image.index.v1+json' };
  const body = { ...first, platforms: ['linux/amd64', 'linux/arm64/v8'] };
  const pushed = await recorder.expect(200, 'PUT', `${base}/tags/v1`, {
    workspace,
    body,
    headers: { 'blaxel-version': '2026-04-28', 'idempotency-key': 'v1', 'x-tagalong-reason': 'release' },
  });
  await pushTag(recorder, `${base}/tags/v1`, 2);
  const second = { ...body, digest: digestOf(3), size: 3 };
  await recorder.expect(200, 'PUT', `${base}/tags/v2`, { workspace, body: second });
  await pushTag(recorder, `${base}:v2/tags/v2`, 3, workspace, 400);
  const position = pushed.headers.get('x-tagalong-position') ?? 'none';
  await recorder.expect(200, 'GET', `/v0/images?minPosition=${position}`, { workspace });
  await recorder.expect(200, 'GET', '/v0/images/agent/team%2Fhelper', { workspace });
}

async function read(recorder: Recorder): Promise<void> {
  const workspace = 'build';
  const page = await recorder.expect(200, 'GET', '/v0/images?limit=1', { workspace });
  const cursor = page.headers.get('x-next-cursor') ?? 'none';
  const query = `workspace=build&limit=1&cursor=${cursor}&q=e&type=jobs&shared=none`;
  await recorder.expect(200, 'GET', `/v0/images?${query}`);
  await recorder.expect(400, 'GET', '/v0/images?cursor=none', { workspace });
  await recorder.expect(200, 'GET', '/v0/images?at=2000-01-01T00:00:00Z', { workspace });
  await recorder.expect(400, 'GET', '/v0/images?workspace=live', { workspace });
  for (const path of ['/v0/images', base]) {
    await recorder.expect(400, 'GET', `${path}?at=yesterday`, { workspace });
    await recorder.expect(410, 'GET', `${path}?at=9999999999999999`, { workspace });
  }
  const one = await recorder.expect(200, 'GET', base, { workspace });
  const etags = { list: page.headers.get('etag') ?? 'none', one: one.headers.get('etag') ?? 'none' };
  await recorder.expect(304, 'GET', '/v0/images?limit=1', { workspace, headers: { 'if-none-match': etags.list } });
  await recorder.expect(304, 'GET', base, { workspace, headers: { 'if-none-match': etags.one } });
  await recorder.expect(200, 'GET', `${base}?at=${encodeURIComponent(new Date().toISOString())}`, { workspace });
  await recorder.expect(200, 'GET', `${base}:v1`, { workspace });
  await recorder.expect(404, 'GET', `${base}:v9`, { workspace });
  await recorder.expect(404, 'GET', '/v0/images/sandbox/missing', { workspace });
  await recorder.expect(200, 'GET', `${base}/resolve`, { workspace });
  await recorder.expect(200, 'GET', `${base}/resolve?tag=v1`, { workspace });
  await recorder.expect(200, 'GET', `${base}/resolve?digest=${digestOf(3)}`, { workspace });
  await recorder.expect(400, 'GET', `${base}/resolve?tag=v1&digest=${digestOf(3)}`, { workspace });
  await recorder.expect(404, 'GET', `${base}/resolve?digest=${digestOf(9)}`, { workspace });
  await recorder.expect(404, 'GET', `${base}/resolve?tag=v9`, { workspace });
  await recorder.expect(404, 'GET', '/v0/images/sandbox/missing/resolve', { workspace });
}

async function share(recorder: Recorder): Promise<void> {
  const offer = (image: string, body: object, status: number, workspace = 'build') =>
    recorder.expect(status, 'POST', `/v0/images/${image}/share`, { workspace, body });
  await offer('sandbox/base', { targetWorkspace: 'live' }, 200);
  await offer('sandbox/base:v1', { targetWorkspace: 'live' }, 400);
  await offer('sandbox/base', { targetWorkspace: 'build' }, 400);
  await offer('sandbox/base', { targetWorkspace: 'nowhere' }, 400);
  await offer('sandbox/base', { targetWorkspace: 'far' }, 400, 'live');
  await offer('sandbox/missing', { targetWorkspace: 'live' }, 404);
  await pushTag(recorder, '/v0/images/job/etl/tags/v1', 4);
  await pushTag(recorder, '/v0/images/job/etl/tags/v1', 5, 'live');
  await offer('job/etl', { targetWorkspace: 'live' }, 409);
  await recorder.expect(200, 'GET', `${base}/share`, { workspace: 'build' });
  await recorder.expect(400, 'GET', `${base}:v1/share`, { workspace: 'build' });
  await recorder.expect(404, 'GET', '/v0/images/sandbox/missing/share', { workspace: 'build' });
  await pushTag(recorder, `${base}/tags/v3`, 6);
  await pushTag(recorder, `${base}/tags/v3`, 7, 'live', 400);
  await recorder.expect(409, 'POST', '/v0/images', {
    workspace: 'live',
    body: { resourceType: 'sandbox', name: 'base' },
  });
  await recorder.expect(200, 'GET', '/v0/images?shared=in', { workspace: 'live' });
  await recorder.expect(200, 'GET', base, { workspace: 'live' });
}

async function deploy(recorder: Recorder): Promise<void> {
  const record = (workspace: string, body: object, status = 200) =>
    recorder.expect(status, 'POST', '/v0/deployments', { workspace, body });
  await record('live', { kind: 'sandbox', name: 'ci', image: 'sandbox/base:v1' });
  await record('live', { kind: 'job', name: 'nightly', image: `sandbox/base@${digestOf(3)}` });
  await record('build', { kind: 'job', name: 'etl', image: 'jobs/etl' });
  await record('build', { kind: 'job', name: 'etl', image: 'sandbox/base' });
  await record('build', { kind: 'job', name: 'x', image: 'sandbox/missing' }, 404);
  await record('build', { kind: 'job', name: 'x', image: 'sandbox/base:v9' }, 404);
  await record('build', { kind: 'job', name: 'x', image: `sandbox/base@${digestOf(9)}` }, 404);
  await record('build', { kind: 'job', name: 'x', image: 'no-reference' }, 400);
  const deployments = await recorder.expect(200, 'GET', '/v0/deployments?kind=job&limit=1', { workspace: 'live' });
  const held = { 'if-none-match': deployments.headers.get('etag') ?? 'none' };
  await recorder.expect(304, 'GET', '/v0/deployments?kind=job&limit=1', { workspace: 'live', headers: held });
  const next = (await recorder.expect(200, 'GET', '/v0/deployments?limit=1', { workspace: 'live' })).headers;
  const rest = `/v0/deployments?cursor=${next.get('x-next-cursor') ?? 'none'}`;
  await recorder.expect(200, 'GET', rest, { workspace: 'live' });
  await recorder.expect(400, 'GET', '/v0/deployments?cursor=none', { workspace: 'live' });
  await recorder.expect(200, 'GET', '/v0/deployments/sandbox/ci', { workspace: 'live' });
  await recorder.expect(404, 'GET', '/v0/deployments/sandbox/none', { workspace: 'live' });
  await recorder.expect(404, 'DELETE', '/v0/deployments/sandbox/none', { workspace: 'live' });
  await recorder.expect(200, 'GET', base, { workspace: 'live' });
  await recorder.expect(200, 'GET', `${base}/usage`, { workspace: 'build' });
  await recorder.expect(400, 'GET', `${base}:v1/usage`, { workspace: 'build' });
  await recorder.expect(404, 'GET', '/v0/images/sandbox/missing/usage', { workspace: 'build' });
}

/** Requests to the workspace of another account. */
async function ask(recorder: Recorder): Promise<void> {
  const body = { targetWorkspace: 'far', targetAccountId: 'globex' };
  const request = async (image: string): Promise<string> => {
    const asked = await recorder.expect(202, 'POST', `/v0/images/${image}/share`, { workspace: 'build', body });
    return `/v0/pending-image-shares/${textIn(asked.body, 'id')}`;
  };
  const pending = '/v0/pending-image-shares';
  const wanted = await request('sandbox/base');
  const unwanted = await request('job/etl');
  await request('agent/team%2Fhelper');
  await pushTag(recorder, `${base}/tags/own`, 8, 'far');
  await recorder.expect(200, 'GET', pending, { workspace: 'far' });
  await recorder.expect(200, 'GET', `${pending}?direction=outgoing`, { workspace: 'build' });
  await recorder.expect(200, 'GET', `${base}/share`, { workspace: 'build' });
  await recorder.expect(409, 'POST', `${wanted}/accept`, { workspace: 'far' });
  const deployed = { kind: 'sandbox', name: 'own', image: 'sandbox/base' };
  await recorder.expect(200, 'POST', '/v0/deployments', { workspace: 'far', body: deployed });
  await recorder.expect(400, 'POST', `${wanted}/accept?force=true`, { workspace: 'far' });
  await recorder.expect(200, 'DELETE', '/v0/deployments/sandbox/own', { workspace: 'far' });
  await recorder.expect(200, 'POST', `${wanted}/accept?force=true`, { workspace: 'far' });
  await recorder.expect(404, 'POST', `${pending}/none/accept`, { workspace: 'far' });
  await recorder.expect(204, 'POST', `${unwanted}/decline`, { workspace: 'far' });
  await recorder.expect(404, 'POST', `${unwanted}/decline`, { workspace: 'far' });
  await recorder.expect(200, 'DELETE', '/v0/images/agent/team%2Fhelper/share/far', { workspace: 'build' });
}

async function undo(recorder: Recorder): Promise<void> {
  const workspace = 'build';
  const remove = (status: number, path: string, from = workspace) =>
    recorder.expect(status, 'DELETE', path, { workspace: from });
  await remove(200, '/v0/deployments/sandbox/ci', 'live');
  await remove(400, `${base}/tags/v1`);
  await remove(400, base);
  await remove(400, base, 'live');
  await remove(400, `${base}/share/far`, 'live');
  await remove(404, `${base}/tags/v1`.replace('base', 'missing'));
  await remove(200, `${base}/share/live?dryRun=true`);
  await remove(404, `${base}/share/nowhere`);
  await remove(400, `${base}:v1/share/live`);
  await remove(200, `${base}/share/live`);
  await remove(200, `${base}/share/far`);
  // `build` still runs what was pushed last.
  await remove(400, `${base}/tags/v3`);
  await remove(400, base);
  await remove(200, `${base}/tags/v1`);
  await remove(404, `${base}/tags/v1`);
  await remove(200, `${base}:v2`);
  await remove(200, '/v0/images/job/empty');
  await remove(404, '/v0/images/job/empty');
  await remove(409, '/v0/workspaces/build');
  await remove(200, '/v0/images');
}
