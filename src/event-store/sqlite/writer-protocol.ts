/**
 * What the store and its writer thread say to each other. Flat arrays of strings and numbers cross a
 * thread boundary much faster than objects do.
 */

/** Some appends. */
export interface AppendBatch {
  /** One per append. */
  readonly streams: readonly string[];
  /** One per append: the expected revision as a number. */
  readonly expected: readonly number[];
  /** One per append: how many events it has. */
  readonly counts: readonly number[];
  /** Four per event: id, type, metadata, data. */
  readonly fields: readonly string[];
}

export const fieldsPerEvent = 4;

/** What became of one append. */
export const outcome = { appended: 0, repeated: 1, conflict: 2 } as const;

/** Three numbers per append: an {@link outcome}, the revision (of the last event, or the actual one) and the position. */
export type Outcomes = Float64Array;

export const numbersPerOutcome = 3;

/** What became of a group, the appends that shared one transaction. */
export type GroupAnswer =
  | {
      readonly kind: 'committed';
      readonly outcomes: Outcomes;
      /** The index in the file covers everything up to here. */
      readonly indexedThrough: number | undefined;
    }
  | {
      /** Nothing of the group was written, as far as can be known. */
      readonly kind: 'refused';
      readonly reason: string;
    };

/** To the writer thread. What is written up to a `commit` is one group; groups are answered in order. */
export type WriterRequest =
  { readonly kind: 'write'; readonly batch: AppendBatch; readonly commit: boolean } | { readonly kind: 'close' };

/** From the writer thread. */
export type WriterMessage = { readonly kind: 'ready' } | { readonly kind: 'answer'; readonly answer: GroupAnswer };

/** Given to the writer thread at its start. */
export interface WriterOptions {
  readonly file: string;
}
