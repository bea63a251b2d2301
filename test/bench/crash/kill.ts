import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Kills } from '../../support/world.kills.js';

/**
 * Kills a service with -9 under load, again and again, and looks at what it left.
 *
 *     npm run build && npx tsx test/bench/crash/kill.ts --kills 200
 *
 * Writes `test/bench/results/crash.json`. Ends with 1 when anything was lost, happened twice, or was answered
 * differently the second time.
 */
const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, clients: { type: 'string', default: '16' } },
});
const wanted = Number(values.kills);
const directory = mkdtempSync(join(tmpdir(), 'tagalong-kills-'));
const began = Date.now();
const kills = await Kills.prepare({ directory, clients: Number(values.clients), life: [50, 2_500] });

try {
  for (let round = 1; kills.tally.kills < wanted && kills.faults.length === 0; round++) {
    if (round % 6 === 0) await kills.stillborn();
    else await kills.round();
    const last = kills.tally.kills >= wanted;
    if (last || round % 3 === 0) await kills.look({ verified: last || round % 12 === 0 });
    if (round % 10 === 0) console.log(JSON.stringify({ round, ...kills.tally, faults: kills.faults.length }));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

const results = new URL('../results/', import.meta.url);
mkdirSync(results, { recursive: true });
const content = {
  bench: 'crash',
  command: `npx tsx test/bench/crash/kill.ts --kills ${wanted}`,
  at: new Date(began).toISOString(),
  machine: {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  },
  seconds: Math.round((Date.now() - began) / 1_000),
  clients: Number(values.clients),
  ...kills.tally,
  faults: kills.faults,
};
writeFileSync(fileURLToPath(new URL('crash.json', results)), `${JSON.stringify(content, null, 2)}\n`);
console.log(JSON.stringify({ ...kills.tally, faults: kills.faults }, null, 2));
process.exitCode = kills.faults.length === 0 && kills.tally.kills >= wanted ? 0 : 1;
