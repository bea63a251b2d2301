import { writeSync } from 'node:fs';
import { PostgresReadModel } from '../../../src/read-model/postgres/postgres.read-model.js';
import type { PostgresSettings } from '../../../src/read-model/postgres/postgres.settings.js';
import { tallyProjection } from '../read-model/tally-projection.js';

/** A process that opens a read model and its projections when it is told to, says what it found, and ends. */
const [, , settings = ''] = process.argv;
writeSync(1, 'ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.destroy();
const readModel = await PostgresReadModel.open(JSON.parse(settings) as PostgresSettings);
const store = { storeId: 'the-store', end: () => Promise.resolve(undefined) };
await readModel.projections.attach(store);
const { live } = await readModel.projections.open(tallyProjection());
writeSync(1, `generation ${live?.number ?? 'none'}\n`);
await readModel.close();
