import type { RecordedEvent } from './event.js';
import type { Position } from './position.js';
import type { TableChanges } from './projection-changes.js';
import { Checkpoint } from './projection-checkpoint.js';
import type { FollowerTuning } from './projection-follower-tuning.js';
import { BufferedRows } from './projection-rows.js';
import type { Generation } from './projection-store.js';
import type { Projection } from './projection.js';
import { WriteBehind } from './projection-write-behind.js';
import type { Clock } from './subscriber-clock.js';
import type { Commit } from './subscribers.js';

export interface CommitterHooks {
  /** Called synchronously after every commit, and when a look at the generation shows another checkpoint than before. */
  readonly committed: (commit: Commit) => void;
  /** Called after every write that went well. */
  readonly wrote: () => void;
}

/** Gathers the rows of a generation and commits them with its checkpoint. */
export class Committer {
  readonly rows: BufferedRows;
  readonly #checkpoint: Checkpoint;
  readonly #writing: WriteBehind;
  #committedAt = 0;
  #commitEveryMs = 0;
  /** What is projected and not yet written. */
  #pending: { readonly to: Position; readonly events: number } | undefined;
  #inHand: readonly RecordedEvent[] = [];

  constructor(
    private readonly projection: Projection,
    generation: Generation,
    private readonly clock: Clock,
    private readonly tuning: FollowerTuning,
    private readonly hooks: CommitterHooks,
  ) {
    this.#checkpoint = new Checkpoint(generation);
    this.#writing = new WriteBehind(generation);
    this.rows = new BufferedRows(projection.tables, this.#writing);
  }

  /** Queries see everything up to here. */
  get checkpoint(): Position | undefined {
    return this.#checkpoint.position;
  }

  /** Events since position zero. */
  get events(): number {
    return this.#checkpoint.events;
  }

  /** What was being projected or committed when something was thrown. */
  get inHand(): readonly RecordedEvent[] {
    return this.#inHand;
  }

  /** Reads the checkpoint, and forgets its rows when they belong to another one. */
  async prepare(): Promise<{ readonly complete: boolean }> {
    this.#inHand = [];
    const from = this.#checkpoint.position;
    const { complete, moved } = await this.#checkpoint.read();
    const { position } = this.#checkpoint;
    this.#commitEveryMs = complete ? this.tuning.commitEveryMs : this.tuning.buildCommitEveryMs;
    if (moved) this.rows.discard();
    if (moved && position !== undefined) this.#tell(from, position);
    return { complete };
  }

  /** From here on events are projected. */
  begin(): void {
    if (this.#checkpoint.position === undefined) this.rows.startEmpty();
    this.#committedAt = this.clock.now();
  }

  /** The next events to be projected. */
  beginBatch(events: readonly RecordedEvent[]): void {
    this.#inHand = events;
    this.rows.beginBatch();
  }

  /** Notes that everything up to a position is projected. */
  advance(to: Position, events: number): void {
    this.#pending = { to, events: (this.#pending?.events ?? 0) + events };
  }

  /** True while catching up, when enough rows or time have gathered for a commit. */
  get due(): boolean {
    return (
      this.rows.dirty >= this.tuning.commitEveryRows || this.clock.now() - this.#committedAt >= this.#commitEveryMs
    );
  }

  /** Writes what is projected. At the end of the log a checkpoint that moved without rows is only written now and then. */
  async commit(live: boolean, events?: readonly RecordedEvent[]): Promise<void> {
    await this.#writing.done();
    if (this.#pending === undefined) return;
    const changes = this.rows.changes();
    if (live && changes.length === 0 && this.clock.now() - this.#committedAt < this.tuning.saveEveryMs) {
      const { to, events: count } = this.#pending;
      const from = this.#checkpoint.position;
      this.#checkpoint.pass(to, count);
      this.#pending = undefined;
      this.#tell(from, to, events);
    } else {
      await this.#write(this.#pending, changes, events);
      this.#pending = undefined;
    }
    this.rows.committed(live ? this.tuning.liveCachedRows : this.tuning.cachedRows);
    this.#inHand = [];
  }

  /** While catching up: the next events are projected while these rows are written. */
  async commitBehind(): Promise<void> {
    await this.#writing.done();
    if (this.#pending === undefined) return;
    const changes = this.rows.changes();
    const clears = changes.some((changed) => changed.clears.length > 0);
    this.#writing.begun(this.#write(this.#pending, changes), clears);
    this.#pending = undefined;
    this.rows.committed(this.tuning.cachedRows);
  }

  /** Writes the checkpoint also where it only moved. */
  async save(): Promise<void> {
    await this.#checkpoint.save();
  }

  /** After a fault: waits for what is being written, and forgets what is not. */
  async discard(): Promise<void> {
    await this.#writing.given();
    this.rows.discard();
    this.#pending = undefined;
  }

  async #write(
    { to, events: count }: { readonly to: Position; readonly events: number },
    changes: readonly TableChanges[],
    events?: readonly RecordedEvent[],
  ): Promise<void> {
    const from = this.#checkpoint.position;
    this.#committedAt = this.clock.now();
    await this.#checkpoint.write(to, count, changes);
    this.hooks.wrote();
    this.#tell(from, to, events);
  }

  #tell(from: Position | undefined, position: Position, events?: readonly RecordedEvent[]): void {
    this.hooks.committed({ projection: this.projection.name, from, position, events });
  }
}
