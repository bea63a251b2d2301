import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/composition/system-clock.js';
import { ProjectionHost } from '../../../src/event-sourcing/projection-host.js';
import type { ReadModel } from '../../../src/read-model/read-model.js';
import { SqliteReadModel } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { ChildProcess } from '../../support/event-store/child-process.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { PostgresSite, describePostgres } from '../../support/postgres/postgres-site.js';
import { knownEvents, knownLog, knownTotals } from '../../support/read-model/known-log.js';
import { until } from '../../support/read-model/waiting.js';
import { tallyProjection } from '../../support/read-model/tally-projection.js';
import type { TallySchema } from '../../support/read-model/tally-projection.js';

/** A read model that processes open by its place, as `projecting-process.ts` takes it. */
interface Site {
  readonly place: string;
  open(): Promise<ReadModel<TallySchema>>;
  dispose(): Promise<void>;
}

const lives = [
  { version: '1', batchSize: '50', commitEveryRows: '40', lines: 30 },
  { version: '1', batchSize: '50', commitEveryRows: '2000', lines: 330 },
  { version: '2', batchSize: '200', commitEveryRows: '100', lines: 60 },
  { version: '2', batchSize: '500', commitEveryRows: '100', lines: 45 },
];

async function countsEveryEventOnce(site: Site): Promise<void> {
  for (const { version, batchSize, commitEveryRows, lines } of lives) {
    const child = new ChildProcess(
      '../read-model/projecting-process.ts',
      site.place,
      version,
      batchSize,
      commitEveryRows,
    );
    await child.said(lines);
    await child.kill();
  }

  const readModel = await site.open();
  const host = new ProjectionHost(
    { store: readModel.projections, reader: await knownLog(), clock: systemClock, report: () => undefined },
    [tallyProjection({ version: 2 })],
  );
  await host.start();
  expect(await host.waitFor(String(knownEvents).padStart(16, '0'))).toBe(true);
  await until(() => host.ready && host.statuses()[0]?.rebuild === undefined);
  const rows = await readModel.queries.selectFrom('tallies').select(['stream', 'total']).execute();
  expect(Object.fromEntries(rows.map(({ stream, total }) => [stream, total]))).toEqual(knownTotals());
  expect(host.statuses()).toMatchObject([{ state: 'live', eventsProcessed: knownEvents }]);
  await host.stop();
  await readModel.close();
  await site.dispose();
}

describe('when its process is killed while it builds, rebuilds and swaps, a projection', () => {
  it('counts every event once on SQLite', async () => {
    const directory = await temporaryDirectory();
    await countsEveryEventOnce({
      place: directory.path,
      open: () => SqliteReadModel.open<TallySchema>({ directory: directory.path }),
      dispose: () => directory.remove(),
    });
  });
});

describePostgres('when its process is killed while it builds, rebuilds and swaps, a projection', () => {
  it('counts every event once on PostgreSQL', async () => {
    const site = new PostgresSite();
    await countsEveryEventOnce({
      place: JSON.stringify(site.settings),
      open: () => site.open<TallySchema>(),
      dispose: () => site.dispose(),
    });
  });
});
