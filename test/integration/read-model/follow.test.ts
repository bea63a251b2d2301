import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryEventStore } from '../../../src/event-store/in-memory/in-memory.event-store.js';
import { ProjectionHost } from '../../../src/event-sourcing/projection-host.js';
import { SqliteReadModel } from '../../../src/read-model/sqlite/sqlite.read-model.js';
import { systemClock } from '../../../src/read-model/system-clock.js';
import { appendTally, tallyProjection } from '../../support/read-model/tally-projection.js';
import type { TallySchema } from '../../support/read-model/tally-projection.js';

describe('a projection over a store and a read model on disk', () => {
  let directory: string;
  let readModel: SqliteReadModel<TallySchema>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'read-model-'));
    readModel = await SqliteReadModel.open<TallySchema>({ directory });
  });

  afterEach(async () => {
    await readModel.close();
    await rm(directory, { recursive: true });
  });

  it('shows a write to a query once the wait for its position is over', async () => {
    const store = new InMemoryEventStore();
    for (let n = 0; n < 10; n++) await appendTally(store, `tally-${n % 3}`, 1);
    const host = new ProjectionHost(
      {
        store: readModel.projections,
        reader: store,
        clock: systemClock,
        report: (report) => {
          if (report.kind === 'failed') throw report.error;
        },
      },
      [tallyProjection()],
    );
    await host.start();
    const position = await appendTally(store, 'tally-0', 5);
    expect(await host.waitFor(position, { timeoutMs: 5_000 })).toBe(true);
    const rows = await readModel.queries.selectFrom('tallies').selectAll().orderBy('stream').execute();
    expect(rows).toEqual([
      { stream: 'tally-0', total: 9, position },
      { stream: 'tally-1', total: 3, position: expect.any(String) },
      { stream: 'tally-2', total: 3, position: expect.any(String) },
    ]);
    expect(host.statuses()).toMatchObject([{ name: 'tallies', state: 'live', ready: true, eventsProcessed: 11 }]);
    await host.stop();
    await store.close();
  });
});
