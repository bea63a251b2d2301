import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import { pino } from 'pino';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { CommandContext } from '../../src/event-sourcing/command.js';
import type { Slot } from '../../src/vocabulary/slot.js';
import { readConfig } from '../../src/config/config.js';
import { openTagalong } from '../../src/composition/tagalong.js';
import { operator } from '../../src/workspaces/authorization/principal.js';
import { digestOf } from './support/bench-service.js';
import { caughtUp } from './support/caught-up.js';
import { progress } from './support/progress.js';
import { atMost, below, percentile, report } from './support/result.js';

const tags = 10;
const shares = Number(process.env['BENCH_SHARES'] ?? 10_000);
const directory = mkdtempSync(join(tmpdir(), 'tagalong-bench-'));
const service = await openTagalong(
  readConfig({ TAGALONG_DATA_DIR: directory, TAGALONG_OPERATOR_KEY: 'operator-key-for-benches' }),
  pino({ level: 'warn' }),
);

const context = (): CommandContext => ({
  commandId: randomUUID(),
  repeatable: false,
  correlationId: 'bench',
  principal: 'operator',
  via: 'bench',
  occurredAt: new Date().toISOString(),
});
const request = () => ({ caller: operator, context: context() });
const send = async (type: string, data: Record<string, unknown>): Promise<void> => {
  const delivery = { sender: operator, via: 'bench', receivedAt: new Date().toISOString(), correlationId: 'bench' };
  const answer = await service.bus.dispatch(service.bus.parse({ id: randomUUID(), type, data }), delivery);
  if (answer.kind === 'rejected') throw new Error(answer.rejection.message);
};

await send('OpenAccount', { accountId: 'acme', name: 'Acme' });
await send('CreateWorkspace', { workspace: 'home', accountId: 'acme' });
progress(`creating ${shares} workspaces`);
await inParallel(shares, (n) => send('CreateWorkspace', { workspace: `t-${n}`, accountId: 'acme' }));

const few: Slot = { workspace: 'home', resourceType: 'sandbox', name: 'few' };
const many: Slot = { workspace: 'home', resourceType: 'sandbox', name: 'many' };
/** Pushes of each slot so far. */
const pushed = new Map<Slot, number>();
/** Pushes a tag and waits until every target's list shows it. Answers the milliseconds. */
async function push(slot: Slot): Promise<number> {
  const n = (pushed.get(slot) ?? 0) + 1;
  pushed.set(slot, n);
  const data = { slot, tag: `v${n % tags}`, digest: digestOf(n), size: n, platforms: ['linux/amd64'] };
  const began = performance.now();
  const outcome = await service.images.own.pushTag(data, request());
  if (outcome.kind === 'rejected') throw new Error(outcome.rejection.message);
  await service.readYourWrites.passed(outcome.position);
  return performance.now() - began;
}

await push(few);
await push(many);
await send('ShareImage', { workspace: 'home', resourceType: 'sandbox', name: 'few', targetWorkspace: 't-0' });
progress(`sharing with all of them`);
await inParallel(shares, (target) =>
  send('ShareImage', { workspace: 'home', resourceType: 'sandbox', name: 'many', targetWorkspace: `t-${target}` }),
);
await caughtUp(service);

progress('pushing, one at a time');
// Alternating, so that neither has the warmer machine.
const costs = { few: [] as number[], many: [] as number[] };
for (let i = 0; i < 2_000; i++) {
  costs.few.push(await push(few));
  costs.many.push(await push(many));
}
const last = JSON.parse((await service.catalog.images.list(`t-${shares - 1}`)).body) as { spec: { tags: unknown[] } }[];
if (last[0]?.spec.tags.length !== tags) throw new Error('the last target does not see the tags');

// A thousand pushes a second, begun on time whether the ones before are done or not.
const rounds: number[][] = [];
for (let round = 0; round < 5; round++) {
  progress(`a thousand pushes a second, ${round + 1} of 5`);
  const latencies: number[] = [];
  const under: Promise<unknown>[] = [];
  const began = performance.now();
  for (let i = 0; i < 4_000; i++) {
    const due = began + i;
    while (performance.now() < due) await sleep(1);
    under.push(push(many).then(() => latencies.push(performance.now() - due)));
  }
  await Promise.all(under);
  rounds.push(latencies);
}
const tails = rounds.map((latencies) => percentile(latencies, 0.99));

await service.close();
rmSync(directory, { recursive: true, force: true });

const middle = (samples: readonly number[]): number => percentile(samples, 0.5);
report('sharing', [
  atMost(
    `push until visible, ${shares} shares (median)`,
    middle(costs.many),
    'the same with one share',
    middle(costs.few),
    1.1,
    'ms',
  ),
  below(
    'push until visible in every target, 1,000 pushes/s, p99',
    middle(tails),
    20,
    'ms',
    `counted from the moment each was due; median of ${rounds.length} rounds of four seconds: ${tails.map((tail) => tail.toFixed(1)).join(', ')}; p50 ${middle(rounds.flat()).toFixed(1)} ms`,
  ),
]);

async function inParallel(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let mine = next++; mine < count; mine = next++) await work(mine);
  };
  await Promise.all(Array.from({ length: 64 }, worker));
}
