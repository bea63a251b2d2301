import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { EventReader } from '../../event-sourcing/event-store.js';
import type { RecordedEvent } from '../../event-sourcing/event.js';
import type { Position } from '../../event-sourcing/position.js';
import { differingParts, textOf } from './copied-event.js';
import { MigrationError } from './migration.error.js';

const pageSize = 1_000;

/** One of the two logs, read from its beginning. */
class Side {
  readonly hash: Hash = createHash('sha256');
  /** The last event that was compared. */
  passed: Position | undefined;
  #read: Position | undefined;
  #waiting: readonly RecordedEvent[] = [];

  constructor(private readonly reader: EventReader) {}

  /** What comes next; nothing at the end of the log. */
  async next(): Promise<readonly RecordedEvent[]> {
    if (this.#waiting.length === 0) {
      this.#waiting = await this.reader.readAll({ after: this.#read, limit: pageSize });
      this.#read = this.#waiting.at(-1)?.position ?? this.#read;
    }
    return this.#waiting;
  }

  take(count: number): void {
    this.passed = this.#waiting[count - 1]?.position ?? this.passed;
    this.#waiting = this.#waiting.slice(count);
  }
}

/** Compares a copy of a log with the original, event by event. Can go on later, when the copy has grown. */
export class LogComparison {
  readonly #source: Side;
  readonly #target: Side;
  #events = 0;

  constructor(source: EventReader, target: EventReader) {
    this.#source = new Side(source);
    this.#target = new Side(target);
  }

  /** How many events were compared and are the same in both. */
  get events(): number {
    return this.#events;
  }

  /** Up to here the source is the same as the copy. */
  get sourcePassed(): Position | undefined {
    return this.#source.passed;
  }

  /** Up to here the copy is the same as the source. */
  get targetPassed(): Position | undefined {
    return this.#target.passed;
  }

  /** Whether the source goes on behind the end of the copy. */
  async sourceGoesOn(): Promise<boolean> {
    return (await this.#source.next()).length > 0;
  }

  /** What was compared of each, so far: SHA-256 over all that must be the same. */
  digests(): { readonly source: string; readonly target: string } {
    return { source: this.#source.hash.copy().digest('hex'), target: this.#target.hash.copy().digest('hex') };
  }

  /**
   * Goes on to the end of the copy; yields between pages, each time how far it has come in the source.
   *
   * @throws MigrationError at the first event that is not the same
   */
  async *advance(): AsyncGenerator<Position, void, undefined> {
    for (;;) {
      const [original, copied] = await Promise.all([this.#source.next(), this.#target.next()]);
      const [first] = copied;
      if (first === undefined) return;
      if (original.length === 0) {
        throw new MigrationError(
          `the target goes on where the source ends, after ${this.#events} events: ${placeOf('the target', first)}. It was written to by ` +
            'somebody else, or is a copy of another store; choose an empty target',
        );
      }
      const count = Math.min(original.length, copied.length);
      for (let n = 0; n < count; n++) this.#compare(original[n], copied[n]);
      this.#source.take(count);
      this.#target.take(count);
      if (this.#source.passed !== undefined) yield this.#source.passed;
    }
  }

  #compare(original: RecordedEvent | undefined, copied: RecordedEvent | undefined): void {
    if (original === undefined || copied === undefined) return;
    const [one, other] = [textOf(original), textOf(copied)];
    if (one !== other) throw this.#different(original, copied);
    this.#source.hash.update(one).update('\n');
    this.#target.hash.update(other).update('\n');
    this.#events += 1;
  }

  #different(original: RecordedEvent, copied: RecordedEvent): MigrationError {
    return new MigrationError(
      `the target differs from the source after ${this.#events} events, in ${differingParts(original, copied).join(', ')}: ` +
        `${placeOf('the source', original)}, ${placeOf('the target', copied)}. The target holds other events, or somebody else writes to it; choose an empty one`,
    );
  }
}

function placeOf(store: string, { type, position, stream, revision }: RecordedEvent): string {
  return `${store} has ${type} at position ${position} (stream ${stream}, revision ${revision})`;
}
