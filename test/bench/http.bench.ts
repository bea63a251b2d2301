import { benchService, digestOf, startPeer, startStoreless } from './support/bench-service.js';
import type { BenchService } from './support/bench-service.js';
import { requestsPerSecond } from './support/load.js';
import { atLeast, percentile, report } from './support/result.js';

const connections = 64;
const seconds = 4;
const rounds = 3;
const images = 20;

const service = await benchService(['home']);
const storeless = await startStoreless(['home']);
for (const one of [service, storeless]) await fill(one);
const listed = await (await fetch(`${service.url}/v0/images`, { headers: headersFor(service) })).text();
const peer = await startPeer(listed);

/** Twenty images of five tags each, as commands: without its store a service takes those alone. */
async function fill({ api, key }: BenchService): Promise<void> {
  for (let n = 0; n < images * 5; n++) {
    const slot = { workspace: 'home', resourceType: 'sandbox', name: `image-${n % images}` };
    const data = { ...slot, tag: `v${Math.floor(n / images)}`, digest: digestOf(n), size: n };
    const { status } = await api('POST', '/v0/commands', { key, body: { id: `fill-${n}`, type: 'PushTag', data } });
    if (status !== 200) throw new Error(`push ${n} was answered with ${status}`);
  }
}

function headersFor({ key }: Pick<BenchService, 'key'>): Record<string, string> {
  return { authorization: `Bearer ${key}`, 'x-blaxel-workspace': 'home', 'content-type': 'application/json' };
}

function pushes(url: string, prefix: string, headers: Record<string, string>): () => Promise<number> {
  return () =>
    requestsPerSecond({
      url,
      method: 'PUT',
      headers,
      connections,
      seconds,
      body: (n) =>
        JSON.stringify({
          digest: digestOf(n),
          size: 1_000_000 + n,
          mediaType: 'application/vnd.oci.image.index.v1+json',
          platforms: ['linux/amd64', 'linux/arm64'],
        }),
      path: (n) => `${prefix}/images/sandbox/image-${n % images}/tags/v${n % 5}`,
    });
}

function lists(url: string, path: string, headers: Record<string, string>): () => Promise<number> {
  return () => requestsPerSecond({ url, headers, connections, seconds, path: () => path });
}

/** The median rate of each, measured in turns, so that none has the quieter machine. The first turn warms up. */
async function inTurns(loads: readonly (() => Promise<number>)[]): Promise<readonly number[]> {
  const rates: number[][] = loads.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, load] of loads.entries()) {
      const rate = await load();
      if (round > 0) rates[index]?.push(rate);
    }
    console.log(`turn ${round} of ${rounds}`);
  }
  return rates.map((of) => percentile(of, 0.5));
}

const ours = headersFor(service);
const [ourLists = 0, peerLists = 0] = await inTurns([
  lists(service.url, '/v0/images', ours),
  lists(peer.url, '/peer/images', ours),
]);
const [ourPushes = 0, storelessPushes = 0, peerPushes = 0] = await inTurns([
  pushes(service.url, '/v0', ours),
  pushes(storeless.url, '/v0', headersFor(storeless)),
  pushes(peer.url, '/peer', ours),
]);

await service.stop();
await storeless.stop();
peer.stop();

const shared =
  'The load comes from the same machine and takes part of its two cores. A push is seen by eight subscribers on the thread that answers requests: ' +
  'their rows are a third of what it costs, SQLite, JSON and the writer thread for the event another fifth, rendering the image anew a tenth, ' +
  'collecting garbage a tenth; the edge costs about what the peer pays for its ValidationPipe. ' +
  'Projections in a thread of their own would help with a third core, not with two.';
report('http', [
  atLeast(
    `durable PushTag, ${connections} connections`,
    ourPushes,
    'an empty Nest + Fastify route with the same DTO through the stock ValidationPipe',
    peerPushes,
    0.8,
    'requests/s',
    shared,
  ),
  atLeast(
    `durable PushTag, ${connections} connections`,
    ourPushes,
    'the same route with the store left out',
    storelessPushes,
    0.75,
    'requests/s',
    shared,
  ),
  atLeast(
    `list of ${images} images`,
    ourLists,
    'Nest + Fastify answering the same bytes from memory',
    peerLists,
    0.6,
    'requests/s',
  ),
]);
