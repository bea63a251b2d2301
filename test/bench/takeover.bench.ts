import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterNode } from '../support/cluster/cluster-node.js';
import { natsServerIsInstalled } from '../support/cluster/nats-server.js';
import { scenarios } from '../support/cluster/scenarios.js';
import { Trial, probes } from '../support/cluster/trial.js';
import { digestOf } from './support/bench-service.js';
import { requestsPerSecond } from './support/load.js';
import { progress } from './support/progress.js';
import { atLeast, below, percentile, report } from './support/result.js';
import type { Figure } from './support/result.js';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const pushes = 300;
const connections = 32;
const seconds = 6;
const turns = 3;
const image = 'sandbox/lag';

/** Milliseconds from a push until it is to be seen. */
interface Lag {
  readonly answered: number;
  readonly elsewhere: number;
}

const trial = await Trial.start({ nodes: 3, clients: 8, calmMs: 500 });
try {
  const figures = [...(await lags()), ...(await twoNodes()), ...(await takeovers())];
  report('takeover', figures);
  if (trial.faults.length > 0) throw new Error(`faults: ${trial.faults.join('\n')}`);
} finally {
  await trial.stop();
}

/** Every scenario again and again, each with a look at everything it left. */
async function takeovers(): Promise<readonly Figure[]> {
  const measured = new Map<string, number[]>();
  for (let round = 1; round <= rounds; round++) {
    for (const scenario of scenarios) {
      if (scenario.needsBroker === true && !natsServerIsInstalled) continue;
      const { name } = scenario;
      measured.set(name, [...(measured.get(name) ?? []), await trial.try(scenario)]);
      if (trial.faults.length > 0) throw new Error(`${name}: ${trial.faults.join('\n')}`);
    }
    progress(`round ${round} of ${rounds}: ${JSON.stringify(trial.senders.tally)}`);
  }
  return [...measured].map(([name, samples]) =>
    below(
      `${name}: until a push through another node is visible on a third`,
      percentile(samples, 0.5),
      10_000,
      'ms',
      `each: ${samples.map(Math.round).join(', ')}`,
    ),
  );
}

/** One push at a time through the first node, looked for on the second from the moment it is sent. */
async function lags(): Promise<readonly Figure[]> {
  const [through, on] = nodes();
  const samples: Lag[] = [];
  for (let n = 0; n < pushes; n++) samples.push(await lag(through, on, n));
  const answered = samples.map((sample) => sample.answered);
  const elsewhere = samples.map((sample) => sample.elsewhere);
  const note = `its answer, which waits until the catalog has passed it, took p50 ${Math.round(percentile(answered, 0.5))} ms, p99 ${Math.round(percentile(answered, 0.99))} ms`;
  return [
    below('push sent until visible on another node, p50', percentile(elsewhere, 0.5), 100, 'ms', note),
    below('push sent until visible on another node, p99', percentile(elsewhere, 0.99), 1_000, 'ms'),
  ];
}

async function lag(through: ClusterNode, on: ClusterNode, n: number): Promise<Lag> {
  const { operatorKey: key } = trial.cluster;
  const tag = `lag-${n}`;
  const began = performance.now();
  const push = through
    .ask('PUT', `/images/${image}/tags/${tag}`, {
      key,
      workspace: probes,
      body: { digest: digestOf(n + 1), size: 1 },
    })
    .then(({ status }) => {
      if (status >= 300) throw new Error(`a push was answered ${status}`);
      return performance.now() - began;
    });
  for (;;) {
    const { status } = await on.ask('GET', `/images/${image}/resolve?tag=${tag}`, { key, workspace: probes });
    if (status === 200) break;
    await pause(1);
  }
  const elsewhere = performance.now() - began;
  return { answered: await push, elsewhere };
}

/** The same number of clients on one node, then half of them on each of two. */
async function twoNodes(): Promise<readonly Figure[]> {
  const lists: [number[], number[]] = [[], []];
  const writes: [number[], number[]] = [[], []];
  for (let turn = 1; turn <= turns; turn++) {
    for (const [index, used] of [nodes().slice(0, 1), nodes()].entries()) {
      lists[index]?.push(await together(used, listing));
      writes[index]?.push(await together(used, pushing));
    }
    progress(`turn ${turn} of ${turns}`);
  }
  const median = (samples: readonly number[]): number => percentile(samples, 0.5);
  return [
    atLeast(
      'lists a second of two nodes',
      median(lists[1]),
      'one node',
      median(lists[0]),
      1.5,
      'requests/s',
      'nodes, PostgreSQL, event store and the clients of the bench share the cores of one machine: what is left idle by one node is all that two can gain',
    ),
    atLeast(
      'PushTag a second of two nodes',
      median(writes[1]),
      'one node',
      median(writes[0]),
      1.5,
      'requests/s',
      'one node runs the projections that each push waits for, whichever node takes it; how much of the bound is that and how much the shared cores was not measured apart',
    ),
  ];
}

type LoadOn = (node: ClusterNode, share: number) => Promise<number>;

async function together(used: readonly ClusterNode[], load: LoadOn): Promise<number> {
  const rates = await Promise.all(used.map((node) => load(node, connections / used.length)));
  return rates.reduce((sum, rate) => sum + rate, 0);
}

function listing(node: ClusterNode, share: number): Promise<number> {
  return requestsPerSecond({
    url: node.url,
    headers: headers(),
    connections: share,
    seconds,
    path: () => '/v0/images?limit=20',
  });
}

function pushing(node: ClusterNode, share: number): Promise<number> {
  const run = randomUUID().slice(0, 8);
  return requestsPerSecond({
    url: node.url,
    method: 'PUT',
    headers: { ...headers(), 'content-type': 'application/json' },
    connections: share,
    seconds,
    path: (n) => `/v0/images/sandbox/load-${run}-${n % 200}/tags/t${Math.floor(n / 200)}`,
    body: (n) => JSON.stringify({ digest: digestOf(n), size: 1 }),
  });
}

function headers(): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${trial.cluster.operatorKey}`, 'x-blaxel-workspace': probes };
}

function nodes(): readonly [ClusterNode, ClusterNode] {
  const [one, other] = trial.cluster.nodes;
  if (one === undefined || other === undefined) throw new Error('there are two nodes at least');
  return [one, other];
}
