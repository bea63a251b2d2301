import { describe, expect, test } from 'vitest';
import { LogDatabase } from '../../../support/eventstoredb/log-database.js';
import { jsonEvent } from '../../../support/eventstoredb/log-record.js';
import type { LogRecord, ProposedEvent } from '../../../support/eventstoredb/log-record.js';

function event(id: string): ProposedEvent {
  return jsonEvent({ id, type: 'counted', data: {} });
}

function records(database: LogDatabase): LogRecord[] {
  return Array.from({ length: database.length }, (_, index) => database.recordAt(index)).filter(
    (record) => record !== undefined,
  );
}

describe('positions', () => {
  test('grow by what a record takes and leave gaps for what nobody sees', () => {
    const database = new LogDatabase();
    database.append('s', 'any', [event('a')]);
    const before = database.end;
    database.skip(100);
    database.append('s', 'any', [event('b')]);
    expect(records(database).map(({ position }) => position)).toEqual([312n, expect.any(BigInt), before + 100n]);
  });

  test('are found where a record begins or ends, and refused inside one and inside a gap', () => {
    const database = new LogDatabase();
    database.append('s', 'any', [event('a')]);
    database.skip(100);
    database.append('s', 'any', [event('b')]);
    const [, a, b] = records(database);
    if (a === undefined || b === undefined) throw new Error('three records were written');
    const seek = (commit: bigint, prepare = commit): unknown => database.seek({ commit, prepare });
    expect(seek(0n)).toBe(0);
    expect(seek(a.position)).toBe(1);
    expect(seek(a.end, 0n)).toBe(2);
    expect(seek(b.position, 0n)).toBe(2);
    expect(seek(a.position + 1n)).toBe('inside-record');
    expect(seek(a.end + 1n)).toBe('inside-record');
    expect(seek(database.end + 1_000n)).toBe(3);
  });
});

describe('repeated appends', () => {
  test('a prefix of an earlier append is found written', () => {
    const database = new LogDatabase();
    database.append('s', 'no-stream', [event('a'), event('b')]);
    expect(database.append('s', 'no-stream', [event('a')])).toMatchObject({ revision: 0n, written: false });
  });

  test('an earlier append and one more is a conflict at any expectation', () => {
    const database = new LogDatabase();
    database.append('s', 'no-stream', [event('a')]);
    for (const expected of ['any', 'no-stream', 'stream-exists'] as const) {
      expect(database.append('s', expected, [event('a'), event('b')])).toEqual({
        kind: 'wrong-expected-version',
        actual: 0n,
      });
    }
  });
});

describe('deleted streams', () => {
  test('a soft delete is a system event and hides what came before, also when the stream goes on', () => {
    const database = new LogDatabase();
    database.append('s', 'any', [event('a'), event('b')]);
    expect(database.softDelete('s', 0n)).toEqual({ kind: 'wrong-expected-version', actual: 1n });
    database.softDelete('s', 1n);
    database.append('s', 'no-stream', [event('c')]);
    expect(database.readStream('s', { direction: 'backwards', limit: 9 })).toMatchObject({
      records: [{ id: 'c', revision: 2n }],
    });
    const told = records(database).map(({ stream, data }) => [stream, Buffer.from(data).toString()]);
    expect(told.slice(3)).toEqual([
      ['$$s', '{"$tb":9223372036854775807}'],
      ['$$s', '{"$tb":2}'],
      ['s', '{}'],
    ]);
  });

  test('a scavenge takes the events of deleted streams, leaves tombstones and moves no position', () => {
    const database = new LogDatabase();
    database.append('gone', 'any', [event('a')]);
    database.append('kept', 'any', [event('b')]);
    database.tombstone('gone', 'any');
    const before = records(database);
    database.scavenge();
    expect(records(database)).toEqual(before.filter(({ id }) => id !== 'a'));
    expect(records(database).at(-1)?.type).toBe('$streamDeleted');
    expect(database.seek({ commit: before[1]?.position ?? -1n, prepare: 0n })).toBe(1);
  });
});
