import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { SqliteEventStore } from '../../../src/event-store/sqlite/sqlite.event-store.js';
import { anEvent } from './events.js';

/**
 * A process that appends until it is killed and says on its standard output what has been answered:
 * one line `stream revision position id` per append of one or two events.
 */
const [, , directory = '', writers = '16'] = process.argv;
const store = await SqliteEventStore.open({ directory });
const run = randomUUID();

await Promise.all(
  Array.from({ length: Number(writers) }, async (_, writer) => {
    const stream = `run-${run}/writer-${writer}`;
    for (let head = -1; ;) {
      const events = head % 3 === 0 ? [anEvent({ writer }), anEvent({ writer })] : [anEvent({ writer })];
      const result = await store.append(stream, head < 0 ? 'no-stream' : BigInt(head), events);
      if (result.kind === 'conflict') throw new Error(`stream ${stream} is at ${result.actual}, expected ${head}`);
      head = Number(result.revision);
      writeSync(1, `${stream} ${result.revision} ${result.position} ${events.at(-1)?.id ?? ''}\n`);
    }
  }),
);
