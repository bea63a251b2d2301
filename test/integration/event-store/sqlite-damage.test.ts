import { open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteEventStore, eventsFile } from '../../../src/event-store/sqlite/sqlite.event-store.js';
import { UnusableStoreError } from '../../../src/event-store/unusable-store.error.js';
import { anEvent, events } from '../../support/event-store/events.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { faultsOf, verificationOf } from '../../support/event-store/verification.js';

describe('a damaged SQLite event store', () => {
  let directory: string;
  let file: string;
  let remove: () => Promise<void>;

  beforeEach(async () => {
    const temporary = await temporaryDirectory();
    directory = temporary.path;
    file = join(directory, eventsFile);
    remove = () => temporary.remove();
  });

  afterEach(async () => {
    await remove();
  });

  async function filled(): Promise<void> {
    const store = await SqliteEventStore.open({ directory });
    await store.append('a', 'no-stream', events(5));
    await store.append('b', 'no-stream', events(5));
    await store.close();
  }

  function tamper(sql: string): void {
    const db = new Database(file);
    db.exec(sql);
    db.close();
  }

  /** What opening says, after making sure that it refuses. */
  async function refusal(): Promise<string> {
    const opening = SqliteEventStore.open({ directory });
    await expect(opening).rejects.toThrow(UnusableStoreError);
    const message = await opening.then(
      () => '',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    );
    expect(message).toContain(file);
    return message;
  }

  it('is refused when it is no database', async () => {
    await writeFile(file, 'hello '.repeat(10_000));
    expect(await refusal()).toMatch(/not a database.*restore the latest backup/i);
    expect(await readFile(file, 'utf8')).toBe('hello '.repeat(10_000));
  });

  it('is refused when it is the database of something else, which is left as it is', async () => {
    tamper('CREATE TABLE recipes (name TEXT)');
    const before = await readFile(file);
    expect(await refusal()).toMatch(/not an event store of this service.*choose another data directory/i);
    expect((await readFile(file)).equals(before)).toBe(true);
  });

  it('is refused when a newer release wrote it', async () => {
    await filled();
    tamper('PRAGMA user_version = 99');
    const before = await readFile(file);
    expect(await refusal()).toMatch(
      /schema has version 99, this release knows up to \d+.*run the release that wrote it/i,
    );
    expect((await readFile(file)).equals(before)).toBe(true);
    await expect(verificationOf(directory)).rejects.toThrow(/schema has version 99/);
  });

  it('is refused when it was cut short', async () => {
    await filled();
    await truncate(file, (await stat(file)).size - 8_192);
    expect(await refusal()).toMatch(/restore the latest backup/);
  });

  it('is refused when a page of it was overwritten', async () => {
    await filled();
    const handle = await open(file, 'r+');
    await handle.write(Buffer.alloc(8_192, 0x5a), 0, 8_192, 2 * 8_192);
    await handle.close();
    expect(await refusal()).toMatch(/restore the latest backup/);
    expect(await faultsOf(directory)).not.toEqual([]);
  });

  it.each([
    ['data', 4],
    ['metadata', 10],
  ])('is refused when an event has broken %s, naming its position', async (column, position) => {
    await filled();
    tamper(`UPDATE events SET ${column} = substr(${column}, 2) WHERE position = ${position}`);
    expect(await refusal()).toContain(`position ${String(position).padStart(16, '0')}`);
    expect(await faultsOf(directory)).toEqual([expect.stringContaining(`its ${column} is not JSON`)]);
  });

  it('is refused when events are missing, naming where', async () => {
    await filled();
    tamper('DELETE FROM events WHERE position = 7');
    expect(await refusal()).toContain('between positions 0000000000000006 and 0000000000000008 are missing');
    expect(await faultsOf(directory)).toEqual([
      expect.stringContaining('missing'),
      expect.stringContaining('stream b has no event before this one of revision 2'),
    ]);
  });

  it('is refused when its beginning is missing', async () => {
    await filled();
    tamper('DELETE FROM events WHERE position = 1');
    expect(await refusal()).toContain('begin at position 0000000000000002');
  });

  it('is refused when the revisions of a stream have a gap', async () => {
    await filled();
    tamper('UPDATE events SET revision = 9 WHERE position = 10');
    expect(await refusal()).toContain('position 0000000000000010 has revision 9 of stream b, which was at 3');
  });

  it('is refused when it ends before its index', async () => {
    await filled();
    tamper("UPDATE store SET value = 11 WHERE key = 'indexed_through'");
    expect(await refusal()).toContain(
      'its index reaches position 0000000000000011, its events end at 0000000000000010',
    );
  });

  it('is read up to the damage when the damage came while it was open', async () => {
    const store = await SqliteEventStore.open({ directory });
    try {
      await store.append('big', 'no-stream', [...events(3), anEvent({ text: 'x'.repeat(9_000_000) })]);
      await store.append('big', 3n, [anEvent({ text: 'x'.repeat(9_000_000) })]);
      tamper("UPDATE events SET data = '{' WHERE position = 2");
      const [first, second, third] = await store.readAll();

      expect(first?.data).toEqual({ n: 0 });
      expect(() => second?.data).toThrow('position 0000000000000002 (stream big, revision 1) cannot be read');
      expect(() => second?.data).toThrow('its data is not JSON');
      expect(second?.metadata).toMatchObject({ via: 'test' });
      expect(third?.data).toEqual({ n: 2 });
    } finally {
      await store.close();
    }
  });

  describe('the full verification', () => {
    it('reports progress up to the total, then that it is done', async () => {
      const store = await SqliteEventStore.open({ directory });
      for (let n = 0; n < 3; n++) await store.append(`s${n}`, 'no-stream', events(3_000));
      await store.append('s0', 2_999n, events(1));
      await store.close();
      const said = await verificationOf(directory);

      const progress = said.flatMap((step) => (step.kind === 'progress' ? [step.done] : []));
      expect(progress.length).toBeGreaterThan(4);
      expect(progress).toEqual([...progress].sort((a, b) => a - b));
      expect(said.at(-2)).toEqual({ kind: 'progress', done: 18_002, total: 18_002 });
      expect(said.at(-1)).toEqual({ kind: 'done', events: 9_001, faults: 0 });
    });

    it('finds an index that does not fit the log', async () => {
      const store = await SqliteEventStore.open({ directory });
      for (let n = 0; n < 3; n++) await store.append(`s${n}`, 'no-stream', events(6_000));
      await store.append('s0', 5_999n, events(100));
      await store.append('s0', 6_099n, events(100));
      await store.close();
      expect(await faultsOf(directory)).toEqual([]);
      tamper(`
        DELETE FROM stream_runs WHERE first_position = 1;
        UPDATE stream_runs SET positions = json_set(positions, '$[0]', 7) WHERE first_position = 6001;
      `);

      const faults = await faultsOf(directory);
      expect(faults).toContainEqual(expect.stringMatching(/^the index has \d+ entries for the first \d+ events$/));
      expect(faults).toContain('0000000000000513 stream s0 has no event before this one of revision 512');
      expect(faults).toContain('0000000000006001 the index points at events that are not those it means');
    });

    it('can be run while the store is written to', async () => {
      const store = await SqliteEventStore.open({ directory });
      try {
        await store.append('s', 'no-stream', events(5_000));
        const said = verificationOf(directory);
        for (let n = 0; n < 20; n++) await store.append('s', BigInt(4_999 + n * 300), events(300));
        expect((await said).at(-1)).toMatchObject({ kind: 'done', faults: 0 });
      } finally {
        await store.close();
      }
    });
  });
});
