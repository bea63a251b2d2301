import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import Database from 'better-sqlite3';
import { catalogProjection } from '../../src/catalog/catalog.projection.js';
import { systemClock } from '../../src/composition/system-clock.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite.event-store.js';
import { ProjectionRunner } from '../../src/event-sourcing/projection-runner.js';
import { SqliteReadModel } from '../../src/read-model/sqlite/sqlite.read-model.js';
import { startService } from '../support/service.js';
import { progress } from './support/progress.js';
import { fill } from './support/pushes.js';
import { atLeast, below, percentile, report } from './support/result.js';

const events = Number(process.env['BENCH_EVENTS'] ?? 1_000_000);
const rounds = 3;
const directory = mkdtempSync(join(tmpdir(), 'tagalong-bench-'));

const store = await SqliteEventStore.open({ directory });
progress(`filling the store with ${events} events`);
await fill(store, events);

/** What nobody can be faster than: every row read once, data and metadata parsed. */
function bareScan(): number {
  const db = new Database(join(directory, 'events.db'), { readonly: true });
  const columns = db.prepare<[], { name: string }>("select name from pragma_table_info('events')").all();
  const json = columns.map(({ name }) => name).filter((name) => ['data', 'metadata'].includes(name));
  const began = performance.now();
  let parsed = 0;
  for (const row of db
    .prepare<[], Record<string, string>>(`select ${json.join(', ')} from events order by position`)
    .iterate()) {
    for (const column of json) JSON.parse(row[column] ?? 'null');
    parsed += 1;
  }
  const seconds = (performance.now() - began) / 1_000;
  db.close();
  if (parsed !== events) throw new Error(`the scan saw ${parsed} events`);
  return events / seconds;
}

async function rebuild(): Promise<number> {
  const into = mkdtempSync(join(tmpdir(), 'tagalong-bench-rebuild-'));
  const readModel = await SqliteReadModel.open({ directory: into });
  await readModel.projections.attach(store);
  const runner = new ProjectionRunner(catalogProjection(), {
    store: readModel.projections,
    reader: store,
    clock: systemClock,
    report: (said) => {
      if (said.kind === 'failed') throw new Error(said.fault.message);
    },
  });
  const head = await store.head();
  const began = performance.now();
  await runner.start();
  if (head === undefined || !(await runner.waitFor(head, { timeoutMs: 600_000 })))
    throw new Error('the rebuild did not end');
  const seconds = (performance.now() - began) / 1_000;
  await runner.stop();
  await readModel.close();
  rmSync(into, { recursive: true, force: true });
  return events / seconds;
}

bareScan();
const scans: number[] = [];
const rebuilds: number[] = [];
for (let round = 0; round < rounds; round++) {
  progress(`rebuilding the catalog, ${round + 1} of ${rounds}`);
  rebuilds.push(await rebuild());
  scans.push(bareScan());
}
await store.close();

progress('starting the service, which builds its whole read model');
// The first start builds the read model; those that follow are measured.
const first = await startService({ dataDir: directory });
await untilReady(first.url);
const buildingMiB = memory(first.pid, 'VmHWM');
await first.stop();
const starts: number[] = [];
const resident: number[] = [];
for (let start = 0; start < 5; start++) {
  progress(`starting again, ${start + 1} of 5`);
  const began = performance.now();
  const service = await startService({ dataDir: directory });
  await untilReady(service.url);
  starts.push((performance.now() - began) / 1_000);
  resident.push(memory(service.pid, 'VmRSS'));
  await service.stop();
}
rmSync(directory, { recursive: true, force: true });

report('scale', [
  atLeast(
    `rebuild of the catalog from ${events} events`,
    percentile(rebuilds, 0.5),
    'a bare SQLite scan with JSON.parse',
    percentile(scans, 0.5),
    0.4,
    'events/s',
    'one thread reads, checks and folds, another writes: see "What bounds the rebuild" in test/bench/README.md',
  ),
  below(
    `start until ready with ${events} events`,
    percentile(starts, 0.5),
    2,
    's',
    `median of ${starts.length} starts`,
  ),
  below(
    `resident memory after that start`,
    Math.max(...resident),
    300,
    'MiB',
    `the process before it, which had built the whole read model, had come to ${Math.round(buildingMiB)} MiB at most`,
  ),
]);

async function untilReady(url: string): Promise<void> {
  for (;;) {
    const { ok } = await fetch(`${url}/health/ready`);
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function memory(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1_024;
}
