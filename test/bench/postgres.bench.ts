import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { catalogProjection } from '../../src/catalog/catalog.projection.js';
import { catalogQueries } from '../../src/catalog/catalog.queries.js';
import type { CatalogSchema } from '../../src/catalog/catalog.tables.js';
import { catalogHistoryProjection } from '../../src/catalog/history/catalog-history.projection.js';
import type { CatalogHistorySchema } from '../../src/catalog/history/history.tables.js';
import { systemClock } from '../../src/composition/system-clock.js';
import type { EventReader } from '../../src/event-sourcing/event-store.js';
import { ProjectionRunner } from '../../src/event-sourcing/projection-runner.js';
import type { Projection, TableSpec } from '../../src/event-sourcing/projection.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite.event-store.js';
import { PostgresReadModel } from '../../src/read-model/postgres/postgres.read-model.js';
import { defaultPostgresSettings } from '../../src/read-model/postgres/postgres.settings.js';
import type { ReadModel } from '../../src/read-model/read-model.js';
import { SqliteReadModel } from '../../src/read-model/sqlite/sqlite.read-model.js';
import { EmbeddedPostgres } from '../support/postgres/embedded-server.js';
import { fill } from './support/pushes.js';
import { atLeast, atMost, below, percentile, report } from './support/result.js';

type Schema = CatalogSchema & CatalogHistorySchema;

const events = Number(process.env['BENCH_EVENTS'] ?? 1_000_000);
const directory = mkdtempSync(join(tmpdir(), 'tagalong-bench-'));
const server = await EmbeddedPostgres.start({ durable: true });
const store = await SqliteEventStore.open({ directory });
await fill(store, events);

/** One row for each event, of the width of a tag. */
const facts: TableSpec = {
  name: 'facts',
  columns: {
    position: { type: 'text' },
    stream: { type: 'text' },
    revision: { type: 'integer' },
    id: { type: 'text' },
  },
  primaryKey: ['position'],
  indexes: [{ columns: ['stream', 'revision'] }],
};

const factsProjection: Projection = {
  name: 'facts',
  version: 1,
  tables: [facts],
  project(batch, rows) {
    const table = rows.table(facts);
    for (const { position, stream, revision, id } of batch)
      table.put({ position, stream, revision: Number(revision), id });
    return Promise.resolve();
  },
};

function open<S>(): Promise<PostgresReadModel<S>> {
  const schema = `bench_${randomBytes(4).toString('hex')}`;
  return PostgresReadModel.open<S>({ ...defaultPostgresSettings, url: server.url, schema });
}

/** Events in a second, from the first to the last. */
async function build(
  readModel: Pick<ReadModel<unknown>, 'projections'>,
  projection: Projection,
  reader: EventReader,
): Promise<number> {
  const runner = new ProjectionRunner(projection, {
    store: readModel.projections,
    reader,
    clock: systemClock,
    report: (said) => {
      if (said.kind === 'failed') throw new Error(said.fault.message);
    },
  });
  const head = await reader.head();
  const began = performance.now();
  await runner.start();
  if (head === undefined || !(await runner.waitFor(head, { timeoutMs: 1_800_000 })))
    throw new Error(`${projection.name} was not built`);
  const seconds = (performance.now() - began) / 1_000;
  await runner.stop();
  return events / seconds;
}

/** The same rows from the same log by a loop that does nothing else: a thousand rows in one INSERT, 30 of them in a transaction. */
async function handWritten(): Promise<number> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(
    `DROP TABLE IF EXISTS by_hand; CREATE TABLE by_hand (position text COLLATE "C" PRIMARY KEY, stream text COLLATE "C" NOT NULL, revision bigint NOT NULL, id text COLLATE "C" NOT NULL);
     CREATE INDEX ON by_hand (stream, revision)`,
  );
  const began = performance.now();
  let after: string | undefined;
  for (let written = 0; written < events;) {
    await client.query('BEGIN');
    for (let statement = 0; statement < 30 && written < events; statement++) {
      const batch = await store.readAll({ after, limit: 1_000 });
      const values = batch.map((_, n) => `($${4 * n + 1},$${4 * n + 2},$${4 * n + 3},$${4 * n + 4})`).join(',');
      const parameters = batch.flatMap(({ position, stream, revision, id }) => [
        position,
        stream,
        Number(revision),
        id,
      ]);
      await client.query(`INSERT INTO by_hand (position, stream, revision, id) VALUES ${values}`, parameters);
      written += batch.length;
      after = batch.at(-1)?.position;
    }
    await client.query('COMMIT');
  }
  const seconds = (performance.now() - began) / 1_000;
  await client.end();
  return events / seconds;
}

/** Milliseconds of each of so many answers, one after another, none of them from memory. */
async function latencies(ask: (n: number) => Promise<unknown>, count = 2_000): Promise<number[]> {
  const samples: number[] = [];
  for (let n = 0; n < count; n++) {
    const began = performance.now();
    await ask(n);
    samples.push(performance.now() - began);
  }
  return samples.slice(count / 10);
}

interface Latencies {
  readonly page: readonly number[];
  readonly tag: readonly number[];
}

async function queryLatencies(readModel: ReadModel<Schema>): Promise<Latencies> {
  const { images, resolve } = catalogQueries(readModel, readModel);
  const page = await latencies((n) => {
    images.forget();
    return images.list(`w${n % 50}`, { limit: 20 });
  }, 400);
  const tag = await latencies(async (n) => {
    const image = n % 2_000;
    const slot = { workspace: `w${image % 50}`, resourceType: 'sandbox', name: `image-${image}` } as const;
    const { kind } = await resolve.resolve(slot, { tag: 'latest' });
    if (kind !== 'resolved') throw new Error(`${slot.workspace}/${slot.name}: ${kind}`);
  });
  return { page, tag };
}

async function inEach<T>(work: (readModel: ReadModel<Schema>, name: string) => Promise<T>): Promise<[T, T]> {
  const onSqlite = await SqliteReadModel.open<Schema>({ directory });
  const sqlite = await work(onSqlite, 'SQLite');
  await onSqlite.close();
  const onPostgres = await open<Schema>();
  const postgres = await work(onPostgres, 'PostgreSQL');
  await onPostgres.close();
  return [sqlite, postgres];
}

const byHand = [await handWritten()];
const projected: number[] = [];
for (let round = 0; round < 2; round++) {
  const readModel = await open();
  projected.push(await build(readModel, factsProjection, store));
  await readModel.close();
  byHand.push(await handWritten());
}

const [sqlite, postgres] = await inEach(async (readModel) => {
  const catalog = await build(readModel, catalogProjection(), store);
  await build(readModel, catalogHistoryProjection(), store);
  return { catalog, ...(await queryLatencies(readModel)) };
});

await store.close();
await server.dispose();
rmSync(directory, { recursive: true, force: true });

const p50 = (samples: readonly number[]): number => percentile(samples, 0.5);
const beside = (what: keyof Latencies): string =>
  `SQLite: p50 ${p50(sqlite[what]).toFixed(2)} ms, p99 ${percentile(sqlite[what], 0.99).toFixed(2)} ms; here p99 ${percentile(postgres[what], 0.99).toFixed(2)} ms`;

report('postgres', [
  atLeast(
    `projection of one row for each of ${events} events`,
    Math.max(...projected),
    'a hand-written loop of multi-row inserts of the same rows',
    Math.max(...byHand),
    0.5,
    'rows/s',
  ),
  atLeast(
    `rebuild of the catalog from ${events} events`,
    postgres.catalog,
    'the same on SQLite',
    sqlite.catalog,
    0.2,
    'events/s',
  ),
  atMost(
    'page of 20 images, rendered from their tags, p50',
    p50(postgres.page),
    'the same on SQLite',
    p50(sqlite.page),
    4,
    'ms',
    beside('page'),
  ),
  below('tag resolved, p50', p50(postgres.tag), 5, 'ms', beside('tag')),
]);
