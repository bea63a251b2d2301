import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { signMessage } from '../../src/message-token/message-token.js';
import { brokerReady } from '../support/brokers/broker-ready.js';
import { queuesOf } from '../support/brokers/dead-letters.js';
import { ownPrefix } from '../support/brokers/raw-bus.js';
import { natsUrl, rabbitMqUrl } from '../support/brokers/reachable.js';
import { benchService, digestOf } from './support/bench-service.js';
import { natsRequester, rabbitMqRequester } from './support/brokers/requesters.js';
import type { Requester } from './support/brokers/requesters.js';
import { atLeast, percentile, report } from './support/result.js';
import type { Figure } from './support/result.js';

const inFlight = 64;
const seconds = Number(process.env['BENCH_SECONDS'] ?? 4);
const rounds = 3;
const images = 20;
const echo = fileURLToPath(new URL('support/brokers/echo.ts', import.meta.url));

/** Messages a second with so many under way. */
async function rate(requester: Requester, name: string, messages: () => string | undefined): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let answered = 0;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (performance.now() < end) {
        const message = messages();
        if (message === undefined) return;
        const reply = await requester.request(name, message);
        if (reply.includes('"error"')) throw new Error(reply);
        answered += 1;
      }
    }),
  );
  return answered / ((performance.now() - begin) / 1_000);
}

function command(n: number): { readonly id: string; readonly [field: string]: unknown } {
  const slot = { workspace: 'home', resourceType: 'sandbox', name: `image-${n % images}` };
  const platforms = ['linux/amd64', 'linux/arm64'];
  return {
    id: randomUUID(),
    type: 'PushTag',
    data: { ...slot, tag: `v${n % 5}`, digest: digestOf(n), size: n, platforms },
  };
}

async function signed(key: string, count: number): Promise<string[]> {
  const messages: string[] = [];
  for (let n = 0; n < count; n++) {
    const message = command(n);
    messages.push(JSON.stringify({ ...message, token: await signMessage(key, message, 3_600, Date.now()) }));
  }
  return messages;
}

async function measure(
  kind: 'nats' | 'rabbitmq',
  url: string,
  open: (url: string) => Promise<Requester>,
): Promise<Figure[]> {
  const prefix = ownPrefix();
  const label = kind === 'nats' ? 'NATS' : 'RabbitMQ';
  const service = await benchService(['home'], undefined, {
    COMMAND_BUS_URL: url,
    TAGALONG_COMMAND_BUS_PREFIX: prefix,
  });
  await brokerReady(service);
  const peerName = `${prefix}.echo`;
  const peer = spawn(process.execPath, ['--import', 'tsx', echo, kind, url, peerName], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(peer.stdout, 'data');
  const requester = await open(url);
  let n = 0;
  const withKey = (): string => JSON.stringify({ ...command(n++), token: service.key });
  const packets = (): string =>
    JSON.stringify({ pattern: peerName, id: randomUUID(), data: { ...command(n++), token: service.key } });
  const rates: { readonly ours: number[]; readonly signed: number[]; readonly peer: number[] } = {
    ours: [],
    signed: [],
    peer: [],
  };
  for (let round = 0; round <= rounds; round++) {
    const stock = await signed(service.key, seconds * 4_000);
    const ours = await rate(requester, `${prefix}.commands`, withKey);
    const ofSigned = await rate(requester, `${prefix}.commands`, () => stock.pop());
    const ofPeer = await rate(requester, peerName, packets);
    console.log(
      `${label}, turn ${round} of ${rounds}: ${Math.round(ours)}, signed ${Math.round(ofSigned)}, echo ${Math.round(ofPeer)}`,
    );
    if (round === 0) continue;
    rates.ours.push(ours);
    rates.signed.push(ofSigned);
    rates.peer.push(ofPeer);
  }
  await requester.close();
  await service.stop();
  peer.kill();
  if (kind === 'rabbitmq') await (await queuesOf(prefix, [2_000, 4_000, 8_000, 16_000, 32_000])).remove();
  const against = `a Nest microservice that echoes the same message over ${label}`;
  const peerRate = percentile(rates.peer, 0.5);
  const figure = (name: string, samples: readonly number[]): Figure =>
    atLeast(
      `durable PushTag over ${label}, ${inFlight} in flight, ${name}`,
      percentile(samples, 0.5),
      against,
      peerRate,
      0.5,
      'commands/s',
    );
  return [figure('with an API key', rates.ours), figure('signed', rates.signed)];
}

const figures = [
  ...(await measure('nats', natsUrl, natsRequester)),
  ...(await measure('rabbitmq', rabbitMqUrl, rabbitMqRequester)),
];
report('broker', figures);
