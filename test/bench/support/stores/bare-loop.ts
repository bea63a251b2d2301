import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import Database from 'better-sqlite3';
import type { NewEvent } from '../../../../src/event-sourcing/event.js';
import { fillOrder, imageStream, images } from '../pushes.js';
import { pushes, writers } from './appender.js';
import type { Appender } from './appender.js';

type EventRow = readonly [id: string, type: string, metadata: string, data: string];

function rowOf({ id, type, metadata, data }: NewEvent): EventRow {
  return [id, type, JSON.stringify(metadata), JSON.stringify(data)];
}

/**
 * What better-sqlite3 can do at best: one loop that inserts rows made beforehand, 64 to a transaction, and does
 * nothing else. No thread, no queue, no JSON, no check, no answer to anybody.
 *
 * @param indexed adds the unique index by which a hand-written store finds a stream and refuses a conflict
 */
export function bareLoop(directory: string, { indexed }: { readonly indexed: boolean }): Appender {
  const db = new Database(join(directory, 'bare.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`CREATE TABLE events (
    position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL,
    id TEXT NOT NULL, type TEXT NOT NULL, metadata TEXT NOT NULL, data TEXT NOT NULL
  ) STRICT`);
  if (indexed) db.exec('CREATE UNIQUE INDEX events_by_stream ON events (stream, revision)');
  const insert = db.prepare<[string, number, ...EventRow]>(
    'INSERT INTO events (stream, revision, id, type, metadata, data) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const streams = Array.from({ length: images }, (_, image) => imageStream(image));
  const heads = Array.from({ length: images }, () => 0);
  const rows = pushes.map(rowOf);
  let next = 0;

  const insertInto = (image: number, row: EventRow): void => {
    const head = heads[image] ?? 0;
    insert.run(streams[image] ?? '', head, ...row);
    heads[image] = head + 1;
  };
  const group = db.transaction(() => {
    for (let i = 0; i < writers; i++, next++) {
      const row = rows[next % rows.length];
      if (row !== undefined) insertInto(next % images, row);
    }
  });

  return {
    name: indexed ? 'the bare loop with a unique index on stream and revision' : 'a bare better-sqlite3 loop',
    fill(events) {
      const appends = fillOrder(events);
      const large = db.transaction(() => {
        for (let i = 0; i < 500; i++) {
          const { done, value } = appends.next();
          if (done === true) return true;
          for (const event of value.events) insertInto(value.image, rowOf(event));
        }
        return false;
      });
      while (!large());
      return Promise.resolve();
    },
    run(seconds) {
      const began = performance.now();
      const until = began + seconds * 1_000;
      let groups = 0;
      for (; performance.now() < until; groups++) group();
      return Promise.resolve((groups * writers) / ((performance.now() - began) / 1_000));
    },
    close() {
      db.close();
      return Promise.resolve();
    },
  };
}
