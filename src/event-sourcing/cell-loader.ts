import type { Aggregate } from './aggregate.js';
import { readMetadata } from './codec.js';
import type { Rejection } from './decider.js';
import type { DomainEvent, RecordedEvent } from './event.js';
import type { EventReader } from './event-store.js';
import { CorruptEventError } from './faults.js';
import type { Json } from './json.js';
import { RecentCommands, recentCommandsToJson } from './recent-commands.js';
import type { SnapshotStore } from './snapshot-store.js';
import type { StreamCell } from './stream-cell.js';

const pageSize = 1_000;

/** Fewer events than this are read faster than a snapshot is worth. */
const minimalSnapshotDistance = 500;

/** Folds streams: from a snapshot where there is one, then event by event. */
export class CellLoader<C, E extends DomainEvent, S, R extends Rejection> {
  constructor(
    private readonly store: EventReader,
    private readonly aggregate: Aggregate<C, E, S, R>,
    private readonly snapshots: SnapshotStore | undefined,
    private readonly onSnapshotFault: (fault: unknown, stream: string) => void,
  ) {}

  /** The stream as the store has it now. */
  async load(stream: string): Promise<StreamCell<S>> {
    const cell = (await this.#fromSnapshot(stream)) ?? this.#empty();
    await this.catchUp(stream, cell);
    return cell;
  }

  /** Brings a cell without appends under way up to date with the store. Answers whether anything was new. */
  async catchUp(stream: string, cell: StreamCell<S>): Promise<boolean> {
    let read = 0;
    for (;;) {
      const from = cell.revision === 'no-stream' ? 0n : cell.revision + 1n;
      const page = await this.store.readStream(stream, { from, limit: pageSize });
      for (const recorded of page) this.#fold(cell, recorded);
      read += page.length;
      if (page.length < pageSize) break;
    }
    if (read >= minimalSnapshotDistance) this.snapshotIfDue(stream, cell)?.();
    return read > 0;
  }

  /**
   * When enough has happened since the last snapshot, captures the state now and answers the
   * function that writes it, to be called once the events it reflects are durable. The distance
   * grows with the state, so that writing snapshots costs a constant share per event.
   */
  snapshotIfDue(stream: string, cell: StreamCell<S>): (() => void) | undefined {
    const { snapshots } = this;
    if (snapshots === undefined || cell.revision === 'no-stream') return undefined;
    const { state, revision } = cell;
    const due = BigInt(Math.max(minimalSnapshotDistance, Math.ceil(this.aggregate.weight(state))));
    if (revision - cell.snapshotRevision < due) return undefined;
    cell.snapshotRevision = revision;
    const recent = cell.recent.capture();
    return () => {
      const stored = { recent: recentCommandsToJson(recent), state: this.aggregate.snapshots.serialize(state) };
      snapshots.save(stream, this.aggregate.snapshots.version, revision, stored).catch((fault: unknown) => {
        this.onSnapshotFault(fault, stream);
      });
    };
  }

  #empty(): StreamCell<S> {
    return {
      state: this.aggregate.decider.initial,
      revision: 'no-stream',
      position: undefined,
      recent: new RecentCommands(),
      settled: undefined,
      broken: false,
      snapshotRevision: -1n,
    };
  }

  /** A snapshot that cannot be used is reported and done without: the stream itself is the truth. */
  async #fromSnapshot(stream: string): Promise<StreamCell<S> | undefined> {
    try {
      const found = await this.snapshots?.load(stream, this.aggregate.snapshots.version);
      if (found === undefined) return undefined;
      const { recent: storedRecent, state: storedState } = parts(found.state);
      const recent = RecentCommands.fromJson(storedRecent);
      if (recent === undefined || storedState === undefined) throw new TypeError('a snapshot of an unknown shape');
      const state = this.aggregate.snapshots.deserialize(storedState);
      const [last] = await this.store.readStream(stream, { from: found.revision, limit: 1 });
      if (last === undefined)
        throw new TypeError(`a snapshot at revision ${found.revision.toString()}, which the stream does not have`);
      return {
        ...this.#empty(),
        state,
        revision: found.revision,
        position: last.position,
        recent,
        snapshotRevision: found.revision,
      };
    } catch (fault) {
      this.onSnapshotFault(fault, stream);
      return undefined;
    }
  }

  #fold(cell: StreamCell<S>, recorded: RecordedEvent): void {
    const event = this.aggregate.codec.decode(recorded);
    if (event === undefined) {
      throw new CorruptEventError(
        recorded,
        'its type is not known to this release; run the release that wrote it, or a newer one',
      );
    }
    cell.state = this.#evolve(cell.state, event, recorded);
    cell.revision = recorded.revision;
    cell.position = recorded.position;
    cell.recent.note(readMetadata(recorded).commandId, recorded.revision, recorded.position);
  }

  /** An event that cannot follow the ones before it is as unreadable as one of a wrong shape. */
  #evolve(state: S, event: E, recorded: RecordedEvent): S {
    try {
      return this.aggregate.decider.evolve(state, event);
    } catch (fault) {
      throw new CorruptEventError(recorded, fault instanceof Error ? fault.message : String(fault), { cause: fault });
    }
  }
}

function parts(stored: unknown): { readonly recent: unknown; readonly state: Json | undefined } {
  if (typeof stored !== 'object' || stored === null) return { recent: undefined, state: undefined };
  const { recent, state } = stored as { recent?: unknown; state?: Json };
  return { recent, state };
}
