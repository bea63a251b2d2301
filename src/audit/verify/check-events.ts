import { readMetadata } from '../../event-sourcing/codec.js';
import type { EventCodec } from '../../event-sourcing/codec.js';
import type { DomainEvent, RecordedEvent } from '../../event-sourcing/event.js';
import { comparePositions } from '../../event-sourcing/position.js';
import type { Position } from '../../event-sourcing/position.js';
import type { Projection, ProjectionRows, TableSpec } from '../../event-sourcing/projection.js';

/** An event that is not as it should be, and where it is. */
export type EventDifference = {
  readonly position: Position;
  readonly stream: string;
  readonly revision: bigint;
  readonly type: string;
} & EventFault;

type EventFault =
  | { readonly kind: 'event-unreadable'; readonly message: string }
  | { readonly kind: 'event-of-unknown-type' }
  /** The revisions of a stream count from 0 without a gap. */
  | { readonly kind: 'revision-out-of-order'; readonly expected: bigint }
  | { readonly kind: 'position-out-of-order'; readonly before: Position };

/** The reading half of a codec. */
export type ReadingCodec = Pick<EventCodec<DomainEvent>, 'types' | 'decode'>;

type StreamRow = Readonly<{ stream: string; revision: number }>;

const streams: TableSpec<StreamRow> = {
  name: 'verified_streams',
  columns: { stream: { type: 'text' }, revision: { type: 'integer' } },
  primaryKey: ['stream'],
};

/**
 * Checks every event: its shape by the codecs, its metadata, its place in its stream and in the log.
 *
 * A projection, so that the revisions of however many streams stand in the read model and not in memory.
 */
export class EventChecks implements Projection {
  readonly name = 'verified-events';
  readonly version = 1;
  readonly tables = [streams];
  readonly #codecs = new Map<string, ReadingCodec>();
  #found: EventDifference[] = [];
  #last: Position | undefined;

  constructor(codecs: readonly ReadingCodec[]) {
    for (const codec of codecs) for (const type of codec.types) this.#codecs.set(type, codec);
  }

  /** What was found since this was last asked. */
  take(): readonly EventDifference[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  async project(batch: readonly RecordedEvent[], rows: ProjectionRows): Promise<void> {
    const heads = rows.table(streams);
    await heads.load([...new Set(batch.map(({ stream }) => stream))].map((stream) => [stream]));
    for (const recorded of batch) {
      const { stream, revision, position } = recorded;
      const expected = BigInt(heads.get(stream)?.revision ?? -1) + 1n;
      if (revision !== expected) this.#note(recorded, { kind: 'revision-out-of-order', expected });
      heads.put({ stream, revision: Number(revision) });
      if (this.#last !== undefined && comparePositions(position, this.#last) <= 0)
        this.#note(recorded, { kind: 'position-out-of-order', before: this.#last });
      this.#last = position;
      this.#parse(recorded);
    }
  }

  #parse(recorded: RecordedEvent): void {
    try {
      const { occurredAt } = readMetadata(recorded);
      if (Number.isNaN(Date.parse(occurredAt)))
        this.#note(recorded, { kind: 'event-unreadable', message: `metadata: occurredAt ${occurredAt} is not a time` });
      const codec = this.#codecs.get(recorded.type);
      if (codec === undefined) this.#note(recorded, { kind: 'event-of-unknown-type' });
      else codec.decode(recorded);
    } catch (error) {
      this.#note(recorded, {
        kind: 'event-unreadable',
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }

  #note({ position, stream, revision, type }: RecordedEvent, fault: EventFault): void {
    this.#found.push({ position, stream, revision, type, ...fault });
  }
}
