import type { NewEvent } from '../../../src/event-sourcing/event.js';
import type { GroupWriter } from '../../../src/event-store/sqlite/group-writer.js';
import type { AppendBatch, GroupAnswer } from '../../../src/event-store/sqlite/writer-protocol.js';
import { numbersPerOutcome } from '../../../src/event-store/sqlite/writer-protocol.js';

/** An append as a batch carries it; -1 expects no stream. */
export interface GroupedAppend {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly NewEvent[];
}

export function batchOf(...appends: readonly GroupedAppend[]): AppendBatch {
  return {
    streams: appends.map((append) => append.stream),
    expected: appends.map((append) => append.expected),
    counts: appends.map((append) => append.events.length),
    fields: appends.flatMap((append) =>
      append.events.flatMap((event) => [
        event.id,
        event.type,
        JSON.stringify(event.metadata),
        JSON.stringify(event.data),
      ]),
    ),
  };
}

/** Has these appends committed as one group. */
export function commit(writer: GroupWriter, ...appends: readonly GroupedAppend[]): GroupAnswer {
  writer.write(batchOf(...appends));
  const answer = writer.commit();
  writer.workAhead();
  return answer;
}

/** The answer in words: `appended 3 @12`, `repeated 0 @1`, `conflict 4`, or `refused: <why>`. */
export function inWords(answer: GroupAnswer): string[] {
  if (answer.kind === 'refused') return [`refused: ${answer.reason}`];
  const { outcomes } = answer;
  return Array.from({ length: outcomes.length / numbersPerOutcome }, (_, index) => {
    const at = index * numbersPerOutcome;
    const kind = ['appended', 'repeated', 'conflict'][outcomes[at] ?? -1] ?? 'unknown';
    const revision = outcomes[at + 1] ?? NaN;
    return kind === 'conflict' ? `conflict ${revision}` : `${kind} ${revision} @${outcomes[at + 2] ?? NaN}`;
  });
}
