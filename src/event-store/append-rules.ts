import type { ExpectedRevision } from '../event-sourcing/event-store.js';
import type { NewEvent } from '../event-sourcing/event.js';

/** Stands for `no-stream` where revisions are plain numbers. */
export const noStream = -1;

/** What an append amounts to, given what its stream holds. */
export type Verdict = 'append' | 'repeat' | 'conflict';

/** What a store remembers of an event in order to recognize a repeated append. */
export interface AppendedEvent {
  readonly id: string;
  /** True when it was appended together with the event before it. */
  readonly continues: boolean;
}

/**
 * Judges a non-empty append: it fits, it repeats an earlier append exactly (same ids, same expected
 * revision, no more and no fewer events), or it is a conflict.
 *
 * @param eventAt the event at a revision of the stream, `undefined` beyond its end
 */
export function judgeAppend(
  head: number,
  expected: number,
  ids: readonly string[],
  eventAt: (revision: number) => AppendedEvent | undefined,
): Verdict {
  if (expected === head) return 'append';
  if (expected > head || expected + ids.length > head) return 'conflict';
  for (const [index, id] of ids.entries()) {
    const stored = eventAt(expected + 1 + index);
    if (stored?.id !== id || stored.continues !== index > 0) return 'conflict';
  }
  const next = eventAt(expected + 1 + ids.length);
  return next?.continues === true ? 'conflict' : 'repeat';
}

/** The expected revision as a number; one that no stream can have becomes `Infinity`. */
export function expectedAsNumber(expected: ExpectedRevision): number {
  if (expected === 'no-stream') return noStream;
  return expected >= 0n ? Number(expected) : Infinity;
}

/** The inverse for what a conflict reports. */
export function asRevision(head: number): ExpectedRevision {
  return head === noStream ? 'no-stream' : BigInt(head);
}

/**
 * Refuses names that would not come back as they went in.
 *
 * @throws TypeError for an empty stream name, and for a name, id or type with half of a surrogate pair
 */
export function requireStorable(stream: string, events: readonly NewEvent[]): void {
  if (stream === '') throw new TypeError('a stream name must not be empty');
  requireWellFormed(stream, 'a stream name');
  for (const event of events) {
    requireWellFormed(event.id, 'an event id');
    requireWellFormed(event.type, 'an event type');
  }
}

function requireWellFormed(text: string, what: string): void {
  if (!text.isWellFormed()) {
    throw new TypeError(`${what} must be well-formed unicode: ${JSON.stringify(text)} holds half of a surrogate pair`);
  }
}

declare global {
  /** Part of ECMAScript 2024 that every supported Node.js has. */
  interface String {
    isWellFormed(): boolean;
  }
}
