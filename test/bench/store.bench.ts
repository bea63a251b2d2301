import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoopDelayWatch } from './support/loop-delay.js';
import { progress } from './support/progress.js';
import { atLeast, below, percentile, report } from './support/result.js';
import type { Figure } from './support/result.js';
import { writers } from './support/stores/appender.js';
import type { Appender } from './support/stores/appender.js';
import { bareLoop } from './support/stores/bare-loop.js';
import { emmett } from './support/stores/emmett.js';
import { sqliteEventStore } from './support/stores/sqlite-event-store.js';

const stored = Number(process.env['BENCH_EVENTS'] ?? 1_000_000);
const rounds = 15;
const seconds = 0.7;

/** All of them in turns, several rounds, so that whatever else the machine does meets each alike. */
async function compare(events: number): Promise<readonly Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'tagalong-bench-'));
  const place = (name: string): string => {
    const own = join(directory, name);
    mkdirSync(own);
    return own;
  };
  const ours = await sqliteEventStore(place('ours'));
  const bare = bareLoop(place('bare'), { indexed: false });
  const indexed = bareLoop(place('indexed'), { indexed: true });
  const other = await emmett(place('emmett'));
  const appenders = [ours, bare, indexed, other];
  const watch = new LoopDelayWatch();
  const rates = new Map<Appender, number[]>(appenders.map((appender) => [appender, []]));

  if (events > 0) {
    for (const appender of appenders) {
      progress(`filling ${appender.name} with ${events} events`);
      await appender.fill(events);
    }
  }
  for (const appender of appenders) await appender.run(1);
  for (let round = 0; round < rounds; round++) {
    progress(`round ${round + 1} of ${rounds}, ${events} events stored before`);
    for (const appender of [
      ...appenders.slice(round % appenders.length),
      ...appenders.slice(0, round % appenders.length),
    ]) {
      const work = (): Promise<number> => appender.run(seconds);
      rates.get(appender)?.push(await (appender === ours ? watch.during(work) : work()));
    }
  }
  for (const appender of appenders) await appender.close();
  rmSync(directory, { recursive: true, force: true });

  const median = (appender: Appender): number => percentile(rates.get(appender) ?? [], 0.5);
  const all = (appender: Appender): string =>
    `${appender.name}: ${(rates.get(appender) ?? []).map((rate) => Math.round(rate)).join(', ')}`;
  const what = `durable appends, ${writers} writers${events > 0 ? `, ${events} events stored before` : ''}`;
  const unit = 'events/s';
  const { p99, max } = watch.delay;
  return [
    atLeast(what, median(ours), bare.name, median(bare), 0.7, unit, appenders.map(all).join('; ')),
    atLeast(what, median(ours), indexed.name, median(indexed), 0.7, unit),
    atLeast(what, median(ours), other.name, median(other), 8, unit),
    below(
      `event loop delay p99 during the ${what}`,
      p99,
      10,
      'ms',
      `a timer due every millisecond, the millisecond subtracted; longest ${max.toFixed(1)} ms`,
    ),
  ];
}

report('store', [...(await compare(0)), ...(await compare(stored))]);
