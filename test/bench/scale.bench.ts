import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import Database from 'better-sqlite3';
import { catalogProjection } from '../../src/catalog/catalog.projection.js';
import { systemClock } from '../../src/composition/system-clock.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite.event-store.js';
import { ProjectionRunner } from '../../src/event-sourcing/projection-runner.js';
import type { NewEvent } from '../../src/event-sourcing/event.js';
import { SqliteReadModel } from '../../src/read-model/sqlite/sqlite.read-model.js';
import { startService } from '../support/service.js';
import { digestOf } from './support/bench-service.js';
import { atLeast, below, report } from './support/result.js';

const events = Number(process.env['BENCH_EVENTS'] ?? 1_000_000);
const images = 2_000;
const directory = mkdtempSync(join(tmpdir(), 'tagalong-bench-'));

const metadata = {
  commandId: '',
  correlationId: 'bench',
  principal: 'service-account:sa_bench',
  via: 'http',
  occurredAt: '2026-01-01T00:00:00.000Z',
};

function event(type: string, schemaVersion: number, data: NewEvent['data'], at: number): NewEvent {
  const id = randomUUID();
  const occurredAt = new Date(Date.UTC(2026, 0, 1) + at * 100).toISOString();
  return { id, type, data, metadata: { ...metadata, commandId: id, occurredAt, schemaVersion } };
}

/** A million facts of two thousand images: mostly pushes, to a hundred tags of each. */
async function fill(store: SqliteEventStore): Promise<void> {
  const size = 100;
  let written = 0;
  const heads = new Map<string, bigint>();
  while (written < events) {
    const groups = Array.from({ length: 20 }, async () => {
      const number = Math.floor(written / size) % images;
      const first = written;
      written += size;
      const stream = `image-w${number % 50}/sandbox/image-${number}`;
      const head = heads.get(stream);
      const batch = Array.from({ length: size }, (_, i) => {
        const n = first + i;
        if (i === 0 && head === undefined) return event('ImageRegistered', 1, {}, n);
        const data = {
          tag: `v${n % 100}`,
          digest: digestOf(n),
          size: 1_000_000 + n,
          mediaType: 'application/vnd.oci.image.index.v1+json',
          platforms: ['linux/amd64', 'linux/arm64'],
        };
        return event('TagPushed', 2, data, n);
      });
      heads.set(stream, (head ?? -1n) + BigInt(size));
      const result = await store.append(stream, head ?? 'no-stream', batch);
      if (result.kind === 'conflict') throw new Error(`conflict on ${stream}`);
    });
    await Promise.all(groups);
  }
}

const store = await SqliteEventStore.open({ directory });
await fill(store);

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
const scans = [bareScan()];
const rebuilds = [await rebuild()];
scans.push(bareScan());
rebuilds.push(await rebuild());
await store.close();

// The first start builds the read model; the second is the one that is measured.
const first = await startService({ dataDir: directory });
await untilReady(first.url);
await first.stop();
const began = performance.now();
const second = await startService({ dataDir: directory });
await untilReady(second.url);
const startSeconds = (performance.now() - began) / 1_000;
const residentMiB = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${second.pid}/status`, 'utf8'))?.[1]) / 1_024;
await second.stop();
rmSync(directory, { recursive: true, force: true });

report('scale', [
  atLeast(
    `rebuild of the catalog from ${events} events`,
    Math.max(...rebuilds),
    'a bare SQLite scan with JSON.parse',
    Math.max(...scans),
    0.4,
    'events/s',
  ),
  below(`start until ready with ${events} events`, startSeconds, 2, 's'),
  below(`resident memory after that start`, residentMiB, 300, 'MiB'),
]);

async function untilReady(url: string): Promise<void> {
  for (;;) {
    const { ok } = await fetch(`${url}/health/ready`);
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
