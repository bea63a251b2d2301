import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Every bench with what it takes and about how long, on two cores. */
const benches: Readonly<Record<string, string>> = {
  broker: 'durable PushTag over NATS and RabbitMQ against a bare Nest echo (3 minutes; both brokers must run)',
  eventstoredb: 'appends and deliveries through the EventStoreDB adapter against its bare client (1 minute)',
  http: 'durable PushTag and a list over HTTP against plain Nest + Fastify (3 minutes)',
  postgres:
    'the read model in PostgreSQL against inserts by hand, and beside SQLite (4 minutes; starts a server of its own)',
  scale: 'the catalog rebuilt from a million events, start and memory with them (4 minutes)',
  sharing: 'a push with ten thousand shares against one with a single share (4 minutes)',
  store: 'durable appends against a bare SQLite loop and emmett-sqlite (4 minutes; installs that peer the first time)',
  streams: 'a push on a stream of a hundred thousand events, warm and cold (2 minutes)',
  takeover: 'three nodes that lose a part under load; two nodes beside one (6 minutes; starts servers of its own)',
};

const usage = `npm run bench                 runs all of them, one after the other
npm run bench -- NAME ...     runs these:

${Object.entries(benches)
  .map(([name, what]) => `  ${name.padEnd(12)} ${what}`)
  .join('\n')}

Figures and targets go to the terminal and to test/bench/results/NAME.json. The exit code is 1 when a bench could not
be run; a target that is missed is a result. test/bench/README.md tells how to read them, and how to run crash/kill.ts.`;

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(benches, name));

if (asked.includes('--help') || asked.includes('-h')) {
  console.log(usage);
} else if (unknown !== undefined) {
  console.error(`there is no bench "${unknown}"\n\n${usage}`);
  process.exitCode = 2;
} else {
  for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
    console.log(`\n== ${name}`);
    const file = fileURLToPath(new URL(`${name}.bench.ts`, import.meta.url));
    // Each in a process of its own, so that none inherits another's heap.
    const { status } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', file], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
