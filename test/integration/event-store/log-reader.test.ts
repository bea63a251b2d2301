import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openForReading, openForWriting } from '../../../src/event-store/sqlite/connection.js';
import { GroupWriter } from '../../../src/event-store/sqlite/group-writer.js';
import { LogReader } from '../../../src/event-store/sqlite/log-reader.js';
import { prepareFile } from '../../../src/event-store/sqlite/open-file.js';
import { eventsFile } from '../../../src/event-store/sqlite/sqlite.event-store.js';
import { StoredEvent } from '../../../src/event-store/stored-event.js';
import { events, idsOf } from '../../support/event-store/events.js';
import { commit } from '../../support/event-store/groups.js';
import { temporaryDirectory } from '../../support/event-store/temporary-directory.js';

describe('the reader of the log', () => {
  let remove: () => Promise<void>;
  let writer: GroupWriter;
  let reader: LogReader;

  beforeEach(async () => {
    const temporary = await temporaryDirectory();
    remove = () => temporary.remove();
    const file = join(temporary.path, eventsFile);
    prepareFile(file);
    writer = new GroupWriter(() => openForWriting(file));
    reader = new LogReader(openForReading(file));
  });

  afterEach(async () => {
    reader.close();
    writer.close();
    await remove();
  });

  it('shows nothing that was not announced to it, in the log and in its stream alike', () => {
    commit(writer, { stream: 's', expected: -1, events: events(3) });

    expect(reader.head).toBe(0);
    expect(reader.after(0, 10)).toEqual([]);
    expect(reader.batchAfter(0, 10)).toEqual([]);
    expect(reader.readStream('s', {})).toEqual([]);
  });

  it('catches up when it learns of an event beyond the next: one before it was committed unannounced', () => {
    const sent = events(4);
    const [first, ...rest] = sent;
    const last = rest.at(-1);
    if (first === undefined || last === undefined) throw new Error('four events expected');
    commit(writer, { stream: 's', expected: -1, events: [first] });
    reader.announce(new StoredEvent(1, 's', 0, first.id, first.type, '{}', '{}'));
    commit(writer, { stream: 's', expected: 0, events: rest });
    reader.announce(new StoredEvent(4, 's', 3, last.id, last.type, '{}', '{}'));

    expect(reader.head).toBe(4);
    expect(idsOf(reader.after(0, 10))).toEqual(idsOf(sent));
    expect(idsOf(reader.batchAfter(2, 10))).toEqual(idsOf(sent.slice(2)));
    expect(idsOf(reader.readStream('s', {}))).toEqual(idsOf(sent));
  });
});
