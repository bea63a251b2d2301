import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pino } from 'pino';
import { openTagalong } from '../../src/composition/tagalong.js';
import type { Tagalong } from '../../src/composition/tagalong.js';
import { readConfig } from '../../src/config/config.js';
import type { Slot } from '../../src/vocabulary/slot.js';
import { operator } from '../../src/workspaces/authorization/principal.js';
import { digestOf } from './support/bench-service.js';
import { caughtUp } from './support/caught-up.js';
import { progress } from './support/progress.js';
import { atMost, below, percentile, report } from './support/result.js';

const long = Number(process.env['BENCH_STREAM'] ?? 100_000);
const directory = mkdtempSync(join(tmpdir(), 'tagalong-bench-'));
const config = readConfig({ TAGALONG_DATA_DIR: directory, TAGALONG_OPERATOR_KEY: 'operator-key-for-benches' });
const logger = pino({ level: 'warn' });

let n = 0;
async function push(service: Tagalong, slot: Slot, tags: number): Promise<number> {
  n += 1;
  const data = { slot, tag: `v${n % tags}`, digest: digestOf(n), size: n, platforms: ['linux/amd64'] };
  const context = {
    commandId: randomUUID(),
    repeatable: false,
    correlationId: 'bench',
    principal: 'operator',
    via: 'bench',
    occurredAt: new Date().toISOString(),
  };
  const began = performance.now();
  const outcome = await service.images.own.pushTag(data, { caller: operator, context });
  if (outcome.kind === 'rejected') throw new Error(outcome.rejection.message);
  return performance.now() - began;
}

const slot = (name: string): Slot => ({ workspace: 'home', resourceType: 'sandbox', name });
const fewTags = 100;

let service = await openTagalong(config, logger);
const send = async (type: string, data: Record<string, unknown>): Promise<void> => {
  const delivery = { sender: operator, via: 'bench', receivedAt: new Date().toISOString(), correlationId: 'bench' };
  const answer = await service.bus.dispatch(service.bus.parse({ id: randomUUID(), type, data }), delivery);
  if (answer.kind === 'rejected') throw new Error(answer.rejection.message);
};
await send('OpenAccount', { accountId: 'acme', name: 'Acme' });
await send('CreateWorkspace', { workspace: 'home', accountId: 'acme' });

progress(`pushing ${long} times to one image`);
await Promise.all(
  Array.from({ length: 64 }, async (_, writer) => {
    for (let i = writer; i < long; i += 64) await push(service, slot('long'), fewTags);
  }),
);

progress('warm');
const shorts = 200;
for (let i = 0; i < shorts * 5; i++) await push(service, slot(`short-${i % shorts}`), fewTags);
await caughtUp(service);
const warm = { long: [] as number[], short: [] as number[] };
for (let i = 0; i < 1_000; i++) {
  warm.short.push(await push(service, slot(`short-${i % shorts}`), fewTags));
  warm.long.push(await push(service, slot('long'), fewTags));
}

progress('cold: starting again and again');
const cold: number[] = [];
for (let i = 0; i < 10; i++) {
  await service.close();
  service = await openTagalong(config, logger);
  await caughtUp(service);
  // The first statement on a connection is compiled then; that is the start's cost, not the stream's.
  await push(service, slot('short-0'), fewTags);
  cold.push(await push(service, slot('long'), fewTags));
}
await service.close();
rmSync(directory, { recursive: true, force: true });

const middle = (samples: readonly number[]): number => percentile(samples, 0.5);
report('streams', [
  atMost(
    `push on a stream of ${long} events, warm (median)`,
    middle(warm.long),
    'on a stream of up to 10',
    middle(warm.short),
    1.2,
    'ms',
  ),
  below(
    `push on a stream of ${long} events, cold (median of ${cold.length} starts)`,
    middle(cold),
    20,
    'ms',
    `${fewTags} tags; slowest ${Math.max(...cold).toFixed(1)} ms`,
  ),
]);
