/** What a writer proposes. Data and metadata are kept as they came: nobody checks that JSON parses. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  /** `application/json` or `application/octet-stream`. */
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** One event as it lies in the log. */
export interface LogRecord extends ProposedEvent {
  readonly stream: string;
  readonly revision: bigint;
  /** Where the record begins, in bytes from the beginning of the log. */
  readonly position: bigint;
  /** Where the record ends: the next one begins here or later. */
  readonly end: bigint;
  /** Milliseconds since 1970 by the server's clock. */
  readonly created: number;
}

/** A place in the log. An event's place has `prepare = commit`; the end of a page has `prepare = 0`. */
export interface LogPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

/** What the writer believes of the stream. */
export type ExpectedRevision = bigint | 'any' | 'no-stream' | 'stream-exists';

/** The revision of a tombstone and, as `$tb`, of a soft delete: the largest there is. */
export const lastPossibleRevision = 9_223_372_036_854_775_807n;

/** Before (negative), at (0) or after (positive): by commit first, then by prepare. */
export function comparePositions(a: LogPosition, b: LogPosition): number {
  if (a.commit !== b.commit) return a.commit < b.commit ? -1 : 1;
  if (a.prepare !== b.prepare) return a.prepare < b.prepare ? -1 : 1;
  return 0;
}

/** The position a reader is told for an event. */
export function positionOf(record: LogRecord): LogPosition {
  return { commit: record.position, prepare: record.position };
}

/** The bytes an event counts for against the limit of one append. */
export function sizeOf(event: ProposedEvent): number {
  return event.data.length + event.metadata.length + event.type.length * 2;
}

const framing = 87;

/** The bytes an event takes in the log. */
export function sizeInLog(stream: string, event: ProposedEvent): bigint {
  return BigInt(framing + Buffer.byteLength(stream) + sizeOf(event));
}

/** An event whose data are the JSON of a value. */
export function jsonEvent(event: { id: string; type: string; data: unknown; metadata?: unknown }): ProposedEvent {
  return {
    id: event.id,
    type: event.type,
    contentType: 'application/json',
    data: Buffer.from(JSON.stringify(event.data)),
    metadata: event.metadata === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(event.metadata)),
  };
}
