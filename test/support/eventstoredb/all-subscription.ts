import { consumerTooSlow, handlerException } from './failures.js';
import type { LogDatabase } from './log-database.js';
import { comparePositions, positionOf } from './log-record.js';
import type { LogPosition, LogRecord } from './log-record.js';
import { caughtUpResponse, checkpointResponse, confirmationResponse } from './read-responses.js';
import type { ResponseWriter } from './response-writer.js';
import type { StreamFilter } from './stream-filter.js';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';

/** Matching events in one page of the search, however wide the window. */
const pageSize = 32;

export interface SubscriptionParts {
  readonly id: string;
  readonly database: LogDatabase;
  readonly filter: StreamFilter;
  /** Exclusive. `start` and `end` of the log otherwise. */
  readonly after: LogPosition | 'start' | 'end';
  /** Matching events that may wait for a live consumer before it is dropped. */
  readonly liveBuffer: number;
  readonly writer: ResponseWriter;
  readonly respond: (record: LogRecord) => ReadResp;
}

/**
 * A subscription to `$all`: confirmation, pages of the past with checkpoints, `caughtUp`, then what is written. While it
 * reads the past it waits for its consumer; once live it drops one that lags.
 */
export class AllSubscription {
  readonly #parts: SubscriptionParts;
  #cursor = 0;
  #passed: LogPosition | undefined;
  #searched = 0;
  #live = false;
  #counted = 0;
  #waiting = 0;
  #wake: (() => void) | undefined;

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  /** Runs until the caller leaves, is dropped, or the subscription is ended. */
  async run(): Promise<void> {
    const { id, database, writer } = this.#parts;
    writer.write(confirmationResponse(id));
    if (!this.#begin()) return;
    const unsubscribe = database.onWrite(() => {
      this.#onWrite();
    });
    writer.onEnd(() => this.#wake?.());
    try {
      await this.#catchUp();
      if (!writer.isOpen()) return;
      writer.write(caughtUpResponse());
      this.#live = true;
      this.#counted = this.#cursor;
      await this.#follow();
    } finally {
      unsubscribe();
    }
  }

  /** The server's own end, without an error. */
  end(): void {
    this.#parts.writer.end();
  }

  /** What happens to a consumer that is too slow while live. */
  drop(): void {
    this.#parts.writer.fail(consumerTooSlow());
  }

  #begin(): boolean {
    const { after, database, writer } = this.#parts;
    if (after === 'start') return true;
    if (after === 'end') {
      this.#cursor = database.length;
      return true;
    }
    const start = database.seek(after);
    if (start === 'inside-record') {
      writer.fail(handlerException());
      return false;
    }
    this.#cursor = start;
    this.#passed = after;
    return true;
  }

  async #catchUp(): Promise<void> {
    const { database, writer, filter } = this.#parts;
    while (writer.isOpen() && this.#cursor < database.length) {
      const end = this.#sendPage();
      if (filter.checkpointInterval !== undefined && this.#searched >= filter.checkpointInterval) {
        this.#searched %= filter.checkpointInterval;
        writer.write(checkpointResponse({ commit: end, prepare: 0n }));
      }
      await writer.drained();
    }
  }

  #sendPage(): bigint {
    const { database, filter, writer } = this.#parts;
    let sent = 0;
    let end = 0n;
    for (let looked = 0; looked < filter.window && sent < pageSize && this.#cursor < database.length; looked += 1) {
      const record = this.#next();
      if (record === undefined) continue;
      this.#searched += 1;
      end = record.end;
      if (!filter.matches(record)) continue;
      writer.write(this.#parts.respond(record));
      sent += 1;
    }
    return end;
  }

  async #follow(): Promise<void> {
    const { database, writer, filter } = this.#parts;
    while (writer.isOpen()) {
      while (writer.isOpen() && writer.isClear() && this.#cursor < database.length) {
        const record = this.#next();
        if (record === undefined) continue;
        if (filter.matches(record)) {
          writer.write(this.#parts.respond(record));
          this.#waiting -= 1;
        }
        this.#searched += 1;
        if (this.#searched === filter.checkpointInterval) {
          this.#searched = 0;
          writer.write(checkpointResponse(positionOf(record)));
        }
      }
      if (!writer.isClear()) await writer.drained();
      else if (writer.isOpen()) await this.#woken();
    }
  }

  /** The next record, if it is still there and comes after where the subscription began. */
  #next(): LogRecord | undefined {
    const record = this.#recordAt(this.#cursor);
    this.#cursor += 1;
    return record;
  }

  #recordAt(index: number): LogRecord | undefined {
    const record = this.#parts.database.recordAt(index);
    if (record === undefined || this.#passed === undefined) return record;
    return comparePositions(positionOf(record), this.#passed) > 0 ? record : undefined;
  }

  #onWrite(): void {
    if (!this.#live) return;
    const { database, filter, liveBuffer, writer } = this.#parts;
    for (; this.#counted < database.length; this.#counted += 1) {
      const record = this.#recordAt(this.#counted);
      if (record !== undefined && filter.matches(record)) this.#waiting += 1;
    }
    if (!writer.isClear() && this.#waiting > liveBuffer) this.drop();
    this.#wake?.();
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
