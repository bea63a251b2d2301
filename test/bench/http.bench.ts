import { benchService, digestOf, startPeer } from './support/bench-service.js';
import { requestsPerSecond } from './support/load.js';
import { atLeast, report } from './support/result.js';

const connections = 64;
const seconds = 8;
const warmUp = 3;
const images = 20;

const service = await benchService(['home']);
const headers = {
  authorization: `Bearer ${service.key}`,
  'x-blaxel-workspace': 'home',
  'content-type': 'application/json',
};

const body = (n: number): string =>
  JSON.stringify({
    digest: digestOf(n),
    size: 1_000_000 + n,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    platforms: ['linux/amd64', 'linux/arm64'],
  });
const tagPath = (n: number): string => `/images/sandbox/image-${n % images}/tags/v${n % 5}`;

// The list is measured first, on twenty images of five tags each.
for (let n = 0; n < images * 5; n++) {
  const path = `/v0/images/sandbox/image-${n % images}/tags/v${Math.floor(n / images)}`;
  const { digest, size } = { digest: digestOf(n), size: n };
  const { status } = await service.api('PUT', path, { key: service.key, workspace: 'home', body: { digest, size } });
  if (status !== 200) throw new Error(`${path} was answered with ${status}`);
}
const listed = await (await fetch(`${service.url}/v0/images`, { headers })).text();
const peer = await startPeer(listed);

async function pushes(url: string, prefix: string, forSeconds: number): Promise<number> {
  return requestsPerSecond({
    url,
    method: 'PUT',
    headers,
    connections,
    seconds: forSeconds,
    body,
    path: (n) => `${prefix}${tagPath(n)}`,
  });
}
async function lists(url: string, path: string, forSeconds: number): Promise<number> {
  return requestsPerSecond({ url, headers, connections, seconds: forSeconds, path: () => path });
}

await lists(service.url, '/v0/images', warmUp);
await lists(peer.url, '/peer/images', warmUp);
const ourLists = await lists(service.url, '/v0/images', seconds);
const peerLists = await lists(peer.url, '/peer/images', seconds);

await pushes(service.url, '/v0', warmUp);
await pushes(peer.url, '/peer', warmUp);
const ourPushes = await pushes(service.url, '/v0', seconds);
const peerPushes = await pushes(peer.url, '/peer', seconds);

await service.stop();
peer.stop();

report('http', [
  atLeast(
    `durable PushTag, ${connections} connections`,
    ourPushes,
    'an empty Nest + Fastify route with the same DTO through the stock ValidationPipe',
    peerPushes,
    0.8,
    'requests/s',
    'The load comes from the same machine and takes part of its two cores.',
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
