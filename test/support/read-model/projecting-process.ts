import { writeSync } from 'node:fs';
import { systemClock } from '../../../src/composition/system-clock.js';
import { ProjectionHost } from '../../../src/event-sourcing/projection-host.js';
import { PostgresReadModel } from '../../../src/read-model/postgres/postgres.read-model.js';
import type { PostgresSettings } from '../../../src/read-model/postgres/postgres.settings.js';
import { SqliteReadModel } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { knownEvents, knownLog } from './known-log.js';
import type { TallySchema } from './tally-projection.js';
import { tallyProjection } from './tally-projection.js';

/**
 * A process that projects the known log until it is killed, and begins again from the start whenever
 * it has come to the end. It says one line per commit.
 */
/** The place is a directory, or settings for PostgreSQL as JSON. */
const [, , place = '', version = '1', batchSize = '100', commitEveryRows = '100'] = process.argv;
const reader = await knownLog();
const readModel = place.startsWith('{')
  ? await PostgresReadModel.open<TallySchema>(JSON.parse(place) as PostgresSettings)
  : await SqliteReadModel.open<TallySchema>({ directory: place });
const inner = tallyProjection();
const projection = tallyProjection({
  version: Number(version),
  project(batch, rows) {
    writeSync(1, `${batch[0]?.position ?? ''}\n`);
    return inner.project(batch, rows);
  },
});
const host = new ProjectionHost(
  {
    store: readModel.projections,
    reader,
    clock: systemClock,
    report: (report) => {
      if (report.kind === 'failed') throw report.error;
    },
    tuning: { batchSize: Number(batchSize), commitEveryRows: Number(commitEveryRows) },
  },
  [projection],
);
await host.start();
const runner = host.get('tallies');
for (;;) {
  await host.waitFor(String(knownEvents).padStart(16, '0'));
  await runner.rebuild();
}
