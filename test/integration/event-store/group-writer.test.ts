import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openForWriting } from '../../../src/event-store/sqlite/connection.js';
import { GroupWriter } from '../../../src/event-store/sqlite/group-writer.js';
import { prepareFile } from '../../../src/event-store/sqlite/open-file.js';
import { eventsFile } from '../../../src/event-store/sqlite/sqlite.event-store.js';
import { anEvent, events } from '../../support/event-store/events.js';
import { commit, inWords } from '../../support/event-store/groups.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';
import { faultsOf, verificationOf } from '../../support/event-store/verification.js';

const unlimited = 1_000_000;

describe('the group writer', () => {
  let directory: string;
  let remove: () => Promise<void>;
  let writer: GroupWriter;
  /** How large the disk is, in pages of the file. */
  let pages: number;

  beforeEach(async () => {
    const temporary = await temporaryDirectory();
    directory = temporary.path;
    remove = () => temporary.remove();
    const file = join(directory, eventsFile);
    prepareFile(file);
    pages = unlimited;
    writer = new GroupWriter(() => {
      const db = openForWriting(file);
      db.pragma(`max_page_count = ${pages}`);
      return db;
    });
  });

  afterEach(async () => {
    writer.close();
    await remove();
  });

  /** The disk as it now is counts from the next connection on, which the writer opens after a fault. */
  function reopen(): void {
    writer.close();
  }

  it('answers every append of a group for itself, in order', () => {
    const sent = events(2);
    const answer = commit(
      writer,
      { stream: 'a', expected: -1, events: sent },
      { stream: 'a', expected: -1, events: sent },
      { stream: 'a', expected: -1, events: events(1) },
      { stream: 'b', expected: 4, events: events(1) },
      { stream: 'a', expected: 1, events: events(3) },
      { stream: 'a', expected: 0, events: [] },
    );

    expect(inWords(answer)).toEqual([
      'appended 1 @2',
      'repeated 1 @2',
      'conflict 1',
      'conflict -1',
      'appended 4 @5',
      'repeated 4 @5',
    ]);
  });

  it('refuses a group that the disk has no room for, whole, and goes on when there is room again', async () => {
    const first = [{ stream: 'a', expected: -1, events: events(2) }];
    expect(inWords(commit(writer, ...first))).toEqual(['appended 1 @2']);
    reopen();
    pages = 12;
    const big = anEvent({ text: 'x'.repeat(200_000) });
    const tooBig = [
      { stream: 'b', expected: -1, events: events(1) },
      { stream: 'a', expected: 1, events: [big] },
    ];

    expect(inWords(commit(writer, ...tooBig))).toEqual([expect.stringMatching(/^refused: .*full/)]);
    expect(inWords(commit(writer, ...tooBig))).toEqual([expect.stringMatching(/^refused: .*full/)]);
    expect(inWords(commit(writer, { stream: 'a', expected: 1, events: events(1) }))).toEqual(['appended 2 @3']);

    reopen();
    pages = unlimited;
    expect(inWords(commit(writer, ...tooBig))).toEqual(['appended 0 @4', 'conflict 2']);
    expect(inWords(commit(writer, { stream: 'a', expected: 2, events: [big] }))).toEqual(['appended 3 @5']);
    expect(await faultsOf(directory)).toEqual([]);
  });

  it('lets no later append stand on one that was refused', () => {
    pages = 12;
    reopen();
    const [lost, next] = [anEvent({ text: 'x'.repeat(200_000) }), anEvent()];

    expect(inWords(commit(writer, { stream: 's', expected: -1, events: [lost] }))[0]).toMatch(/^refused/);
    expect(inWords(commit(writer, { stream: 's', expected: 0, events: [next] }))).toEqual(['conflict -1']);
  });

  it('goes on refusing while the file cannot be opened, and works again when it can', () => {
    const file = join(directory, eventsFile);
    let reachable = true;
    const own = new GroupWriter(() => {
      if (!reachable) throw new Error('unable to open database file');
      return openForWriting(file);
    });
    own.close();
    reachable = false;
    const group = [{ stream: 's', expected: -1, events: events(1) }];

    expect(inWords(commit(own, ...group))).toEqual(['refused: unable to open database file']);
    reachable = true;
    expect(inWords(commit(own, ...group))).toEqual(['appended 0 @1']);
    own.close();
  });

  it('writes the index behind the log, and finds everything on either side of its edge', async () => {
    const streams = 50;
    const sent = Array.from({ length: streams }, () => events(400));
    let committed = 0;
    for (let at = 0; at < 400; at += 4) {
      const answer = commit(
        writer,
        ...sent.map((own, n) => ({ stream: `stream-${n}`, expected: at - 1, events: own.slice(at, at + 4) })),
      );
      committed += inWords(answer).filter((word) => word.startsWith('appended')).length;
      if (at === 200) reopen();
    }
    expect(committed).toBe(streams * 100);

    for (const [n, own] of sent.entries()) {
      for (const at of [0, 4, 200, 392, 396]) {
        const repeated = [{ stream: `stream-${n}`, expected: at - 1, events: own.slice(at, at + 4) }];
        expect(inWords(commit(writer, ...repeated))[0]).toMatch(new RegExp(`^repeated ${at + 3} @`));
      }
      const stale = [{ stream: `stream-${n}`, expected: 398, events: events(1) }];
      expect(inWords(commit(writer, ...stale))).toEqual(['conflict 399']);
    }
    expect((await verificationOf(directory)).at(-1)).toEqual({ kind: 'done', events: 20_000, faults: 0 });
  });

  it('begins a share of the index again when it was interrupted, with what was appended since', async () => {
    const streams = 3_000;
    const heads = Array.from({ length: streams }, () => -1);
    const appendTo = (first: number, end: number, count: number): void => {
      const group = heads
        .slice(first, end)
        .map((expected, n) => ({ stream: `stream-${first + n}`, expected, events: events(count) }));
      const wanted = group.map(({ expected }) => `appended ${expected + count}`);
      expect(inWords(commit(writer, ...group)).map((words) => words.replace(/ @.*/, ''))).toEqual(wanted);
      for (let n = first; n < end; n++) heads[n] = (heads[n] ?? -1) + count;
    };
    appendTo(0, streams, 6);
    appendTo(0, 200, 1);
    appendTo(200, 400, 1);
    reopen();
    for (let round = 0; round < 3; round++) appendTo(0, streams, 2);
    reopen();
    appendTo(0, streams, 1);

    const sum = heads.reduce((total, head) => total + head + 1, 0);
    expect((await verificationOf(directory)).at(-1)).toEqual({ kind: 'done', events: sum, faults: 0 });
  });
});
