import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  AppendResult,
  EventStore,
  ExpectedRevision,
  ReadAllOptions,
  ReadStreamOptions,
  SubscribeOptions,
  SubscriptionMessage,
} from '../../event-sourcing/event-store.js';
import type { NewEvent, RecordedEvent } from '../../event-sourcing/event.js';
import { StoreUnavailableError } from '../../event-sourcing/faults.js';
import type { Position } from '../../event-sourcing/position.js';
import { asRevision, expectedAsNumber, requireStorable } from '../append-rules.js';
import type { EventStoreHealth } from '../event-store-health.js';
import { AppendSignal } from '../append-signal.js';
import { followLog } from '../follow-log.js';
import { fromPosition, isNumericPosition, toPosition } from '../numeric-position.js';
import { readLimit } from '../read-range.js';
import { StoredEvent } from '../stored-event.js';
import type { PendingAppend } from './append-queue.js';
import { AppendQueue } from './append-queue.js';
import { openForReading } from './connection.js';
import { LogReader } from './log-reader.js';
import { prepareFile } from './open-file.js';
import type { Outcomes } from './writer-protocol.js';
import { fieldsPerEvent, numbersPerOutcome, outcome } from './writer-protocol.js';
import { WriterThread } from './writer-thread.js';

export interface SqliteEventStoreOptions {
  /** Where `events.db` lies. Created, for its owner alone, if missing. */
  readonly directory: string;
}

/** How the store is doing; its file and write-ahead log count as bytes. */
export type SqliteEventStoreHealth = Required<EventStoreHealth>;

/** The name of the file in the data directory. */
export const eventsFile = 'events.db';

/**
 * The embedded store: one SQLite file.
 *
 * Appends that wait at the same time share one durable transaction, committed in a thread of its
 * own. Positions count the events from 1, without gaps. One process at a time: see `lockDataDirectory`.
 */
export class SqliteEventStore implements EventStore {
  readonly storeId: string;
  readonly #file: string;
  readonly #reader: LogReader;
  readonly #writer: WriterThread;
  readonly #queue: AppendQueue;
  readonly #appended: AppendSignal;
  #closing: Promise<void> | undefined;

  private constructor(parts: {
    storeId: string;
    file: string;
    reader: LogReader;
    writer: WriterThread;
    queue: AppendQueue;
    appended: AppendSignal;
  }) {
    this.storeId = parts.storeId;
    this.#file = parts.file;
    this.#reader = parts.reader;
    this.#writer = parts.writer;
    this.#queue = parts.queue;
    this.#appended = parts.appended;
  }

  /**
   * Opens the store of a data directory, or creates it.
   *
   * @throws UnusableStoreError when the file is damaged, belongs to something else or to a newer release
   */
  static async open({ directory }: SqliteEventStoreOptions): Promise<SqliteEventStore> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = join(directory, eventsFile);
    const storeId = prepareFile(file);
    const appended = new AppendSignal();
    const queue: AppendQueue = new AppendQueue(
      (batch, commit) => {
        writer.write(batch, commit);
      },
      (appends, outcomes, indexedThrough) => {
        if (settle(appends, outcomes, reader)) appended.raise();
        if (indexedThrough !== undefined) reader.indexedThrough(indexedThrough);
      },
    );
    const writer = await WriterThread.start(
      { file },
      {
        onAnswer: (answer) => {
          queue.settle(answer);
        },
        onCrash: (fault) => {
          queue.fail(fault);
          appended.fail(fault);
        },
      },
    );
    const reader = await readerOf(file, writer);
    return new SqliteEventStore({ storeId, file, reader, writer, queue, appended });
  }

  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      requireStorable(stream, events);
      const fields: string[] = [];
      for (const event of events) {
        fields.push(event.id, event.type, JSON.stringify(event.metadata), JSON.stringify(event.data));
      }
      const count = events.length;
      this.#queue.push({ stream, expected: expectedAsNumber(expected), count, fields, resolve, reject });
    });
  }

  readStream(stream: string, options: ReadStreamOptions = {}): Promise<readonly RecordedEvent[]> {
    return this.#read(() => this.#reader.readStream(stream, options));
  }

  readAll(options: ReadAllOptions = {}): Promise<readonly RecordedEvent[]> {
    return this.#read(() => this.#reader.after(fromPosition(options.after), readLimit(options.limit)));
  }

  head(): Promise<Position | undefined> {
    return this.#read(() => (this.#reader.head === 0 ? undefined : toPosition(this.#reader.head)));
  }

  end(): Promise<Position | undefined> {
    return this.head();
  }

  isPosition(text: string): boolean {
    return isNumericPosition(text);
  }

  subscribeAll(options: SubscribeOptions): AsyncIterable<SubscriptionMessage> {
    const read = (after: number, limit: number): readonly StoredEvent[] => this.#reader.batchAfter(after, limit);
    return followLog({ appended: this.#appended, read }, options);
  }

  /** Cheap enough to be asked often. */
  health(): SqliteEventStoreHealth {
    return {
      fault: this.#appended.fault?.message,
      events: this.#reader.head,
      bytes: sizeOf(this.#file) + sizeOf(`${this.#file}-wal`),
      pendingAppends: this.#queue.pending,
    };
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const closed = new StoreUnavailableError('the event store is closed');
    await this.#queue.drain(closed);
    this.#appended.fail(closed);
    this.#reader.close();
    await this.#writer.close();
  }

  #read<T>(act: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.#closing !== undefined) throw new StoreUnavailableError('the event store is closed');
      resolve(act());
    });
  }
}

/** A reader of the file; the writer is ended when there is none to be had. */
async function readerOf(file: string, writer: WriterThread): Promise<LogReader> {
  try {
    return new LogReader(openForReading(file));
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/**
 * Shows a committed group to the readers and answers its appends. The answers are heard after this
 * turn, when readers know the whole group. Says whether there is anything new.
 */
function settle(appends: readonly PendingAppend[], outcomes: Outcomes, reader: LogReader): boolean {
  const before = reader.head;
  for (const [index, append] of appends.entries()) {
    const at = index * numbersPerOutcome;
    const kind = outcomes[at];
    const revision = outcomes[at + 1] ?? 0;
    const position = outcomes[at + 2] ?? 0;
    if (kind === outcome.appended) announce(append, revision, position, reader);
    append.resolve(
      kind === outcome.conflict
        ? { kind: 'conflict', actual: asRevision(revision) }
        : { kind: 'appended', revision: BigInt(revision), position: toPosition(position) },
    );
  }
  return reader.head > before;
}

function announce(append: PendingAppend, revision: number, position: number, reader: LogReader): void {
  const { count, fields, stream } = append;
  for (let index = 0; index < count; index++) {
    const at = index * fieldsPerEvent;
    const distance = count - 1 - index;
    reader.announce(
      new StoredEvent(
        position - distance,
        stream,
        revision - distance,
        fields[at] ?? '',
        fields[at + 1] ?? '',
        fields[at + 2] ?? '',
        fields[at + 3] ?? '',
      ),
    );
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
