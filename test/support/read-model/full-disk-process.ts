import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/composition/system-clock.js';
import { ProjectionHost } from '../../../src/event-sourcing/projection-host.js';
import type { SubscriberReport } from '../../../src/event-sourcing/subscriber-surroundings.js';
import { SqliteReadModel } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { knownEvents, knownLog } from './known-log.js';
import { until } from './waiting.js';
import type { TallySchema } from './tally-projection.js';
import { tallyProjection } from './tally-projection.js';

/** A process that projects the known log onto a disk that is full at first. It prints a report as JSON. */
const [, , directory = ''] = process.argv;
const reports: SubscriberReport[] = [];
const readModel = await SqliteReadModel.open<TallySchema>({ directory });
const host = new ProjectionHost(
  {
    store: readModel.projections,
    reader: await knownLog(),
    clock: systemClock,
    report: (report) => reports.push(report),
    tuning: { firstRetryMs: 10, lastRetryMs: 50, commitEveryRows: 100 },
  },
  [tallyProjection()],
);
await host.start();
await host.get('tallies').pause();
const ballast = join(directory, 'ballast');
fill(ballast);
host.get('tallies').resume();
await until(() => reports.filter(({ kind }) => kind === 'retrying').length >= 2);
const whenFull = host.statuses()[0];
const readWhenFull = await readModel.queries.selectFrom('tallies').select('stream').execute();
rmSync(ballast);
const passed = await host.waitFor(String(knownEvents).padStart(16, '0'));
const rows = await readModel.queries.selectFrom('tallies').select(['stream', 'total']).execute();
const report = {
  whenFull,
  readWhenFull: readWhenFull.length,
  passed,
  state: host.statuses()[0]?.state,
  totals: Object.fromEntries(rows.map(({ stream, total }) => [stream, total])),
  failed: reports.filter(({ kind }) => kind === 'failed').length,
};
await host.stop();
await readModel.close();
writeSync(1, JSON.stringify(report));

/** Takes all the room there is. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    for (const size of [65_536, 512]) {
      const block = Buffer.alloc(size, 1);
      try {
        for (;;) writeSync(descriptor, block);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}
