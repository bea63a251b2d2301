import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppendedEvent } from '../../../src/event-store/append-rules.js';
import { judgeAppend } from '../../../src/event-store/append-rules.js';

/** A stream as a list of appends, each a list of ids. */
const history = fc.array(fc.array(fc.uuid(), { minLength: 1, maxLength: 4 }), { maxLength: 6 });

function stored(appends: readonly (readonly string[])[]): AppendedEvent[] {
  return appends.flatMap((ids) => ids.map((id, index) => ({ id, continues: index > 0 })));
}

describe('judging an append', () => {
  it('recognizes each earlier append, at its own revision and nowhere else', () => {
    fc.assert(
      fc.property(history, (appends) => {
        const events = stored(appends);
        const head = events.length - 1;
        let expected = -1;
        for (const ids of appends) {
          for (let at = -1; at < head; at++) {
            expect(judgeAppend(head, at, ids, (revision) => events[revision])).toBe(
              at === expected ? 'repeat' : 'conflict',
            );
          }
          expect(judgeAppend(head, head, ids, (revision) => events[revision])).toBe('append');
          expect(judgeAppend(head, head + 1, ids, (revision) => events[revision])).toBe('conflict');
          expected += ids.length;
        }
      }),
    );
  });

  it('takes a run of events for a repetition only when it is exactly one earlier append', () => {
    fc.assert(
      fc.property(history, fc.nat(20), fc.integer({ min: 1, max: 8 }), (appends, from, length) => {
        const events = stored(appends);
        const ids = events.slice(from, from + length).map((event) => event.id);
        fc.pre(ids.length > 0);
        let start = 0;
        const exactly = appends.some((append) => {
          const matches = start === from && append.length === ids.length;
          start += append.length;
          return matches;
        });
        const verdict = judgeAppend(events.length - 1, from - 1, ids, (revision) => events[revision]);
        expect(verdict).toBe(exactly ? 'repeat' : 'conflict');
      }),
    );
  });
});
