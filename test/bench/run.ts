import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('.', import.meta.url));
const all = readdirSync(directory)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length))
  .sort();
const asked = process.argv.slice(2);

for (const bench of asked.length > 0 ? asked : all) {
  const file = `${directory}${bench}.bench.ts`;
  if (!existsSync(file)) {
    console.error(`there is no bench ${bench}; there are ${all.join(', ')}`);
    process.exit(2);
  }
  console.log(`\n== ${bench}`);
  // Each in a process of its own, so that none inherits another's heap.
  const { status } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', file], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
