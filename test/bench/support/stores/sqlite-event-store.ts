import { performance } from 'node:perf_hooks';
import { SqliteEventStore } from '../../../../src/event-store/sqlite/sqlite.event-store.js';
import { fill, imageStream, images } from '../pushes.js';
import { imagesOf, pushes, writers } from './appender.js';
import type { Appender } from './appender.js';

/** The embedded store. */
export async function sqliteEventStore(directory: string): Promise<Appender> {
  const store = await SqliteEventStore.open({ directory });
  let heads = Array.from({ length: images }, () => 0);

  async function write(writer: number, until: number): Promise<number> {
    const own = imagesOf(writer);
    let appended = 0;
    for (; performance.now() < until; appended++) {
      const image = own[appended % own.length] ?? 0;
      const head = heads[image] ?? 0;
      const event = pushes[(appended * writers + writer) % pushes.length];
      const expected = head === 0 ? 'no-stream' : BigInt(head - 1);
      const result = await store.append(imageStream(image), expected, event === undefined ? [] : [event]);
      if (result.kind === 'conflict') throw new Error(`conflict on ${imageStream(image)}`);
      heads[image] = head + 1;
    }
    return appended;
  }

  return {
    name: 'SqliteEventStore',
    async fill(events) {
      heads = [...(await fill(store, events))];
    },
    async run(seconds) {
      const began = performance.now();
      const until = began + seconds * 1_000;
      const counts = await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer, until)));
      return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - began) / 1_000);
    },
    close: () => store.close(),
  };
}
