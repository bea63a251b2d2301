import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreUnavailableError } from '../../../src/event-sourcing/faults.js';
import { SqliteEventStore } from '../../../src/event-store/sqlite/sqlite.event-store.js';
import { anEvent, wholeLog } from './events.js';
import { faultsOf } from './verification.js';

/**
 * Fills the small disk it is given, makes room, goes on, opens the store again, and says what it
 * has seen as one line of JSON.
 */
const [, , disk = ''] = process.argv;
const ballast = join(disk, 'ballast');
writeFileSync(ballast, Buffer.alloc(1_500_000));
const directory = join(disk, 'data');
const answered: string[] = [];
const refusals: string[] = [];

let store = await SqliteEventStore.open({ directory });

async function appendOne(stream: string): Promise<void> {
  const event = anEvent({ text: 'x'.repeat(5_000) });
  try {
    const result = await store.append(stream, 'no-stream', [event]);
    if (result.kind === 'appended') answered.push(event.id);
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    refusals.push(error.message);
  }
}

for (let round = 0; refusals.length < 40; round++) {
  await Promise.all(Array.from({ length: 8 }, (_, writer) => appendOne(`full-${round}/${writer}`)));
}
const whenFull = answered.length;
const readWhenFull = (await wholeLog(store)).map((event) => event.id);

rmSync(ballast);
const refusalsWhenFull = refusals.length;
for (let n = 0; n < 20; n++) await appendOne(`room-${n}`);
const read = (await wholeLog(store)).map((event) => event.id);
await store.close();

store = await SqliteEventStore.open({ directory });
const readAgain = (await wholeLog(store)).map((event) => event.id);
await store.close();

const report = {
  answered,
  whenFull,
  readWhenFull,
  refusal: refusals[0],
  refusedWithRoom: refusals.length - refusalsWhenFull,
  read,
  readAgain,
  faults: await faultsOf(directory),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
