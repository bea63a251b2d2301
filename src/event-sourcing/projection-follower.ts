import type { RecordedEvent } from './event.js';
import type { EventReader, SubscriptionMessage } from './event-store.js';
import { StoreUnavailableError } from './faults.js';
import { comparePositions, hasPassed } from './position.js';
import type { Position } from './position.js';
import { PoisonSearch, culpritOf } from './projection-poison.js';
import { Checkpoint } from './projection-checkpoint.js';
import { isOfTheReadModel, isPassing } from './projection-faults.js';
import { Gathering } from './projection-gathering.js';
import type { BuildTurns } from './projection-build-turns.js';
import { BufferedRows } from './projection-rows.js';
import type { TableChanges } from './projection-changes.js';
import type { Generation } from './projection-store.js';
import type { Projection, SubscriberStatus } from './projection.js';
import type { FollowerTuning } from './projection-follower-tuning.js';
import { WriteBehind } from './projection-write-behind.js';
import { sleep } from './subscriber-clock.js';
import type { Clock } from './subscriber-clock.js';
import type { Commit } from './subscribers.js';

export interface FollowerHooks {
  /** Called synchronously after every commit. */
  committed(commit: Commit): void;
  /** Called at rest, between batches, when nothing known is left to do; again after every later commit. */
  level(): Promise<void> | undefined;
  retrying(error: Error, delayMs: number): void;
  failed(fault: NonNullable<SubscriberStatus['fault']>, error: unknown): void;
}

type FollowerState = 'halted' | 'starting' | 'catching-up' | 'live' | 'failed';

/** Keeps one generation of a projection up with the store. */
export class GenerationFollower {
  #state: FollowerState = 'halted';
  readonly #checkpoint: Checkpoint;
  #committedAt = 0;
  #commitEveryMs = 0;
  #head: Position | undefined;
  /** The head when it was last asked for. */
  #goal: { readonly position: Position; readonly askedAt: number } | undefined;
  #lagMs = 0;
  #fault: SubscriberStatus['fault'];
  #wanted = false;
  readonly #gathering: Gathering;
  #running: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined;
  #retries = 0;
  readonly #rows: BufferedRows;
  readonly #writing: WriteBehind;
  #endTurn: () => void = () => undefined;
  /** What is projected and not yet written. */
  #pending: { readonly to: Position; readonly events: number } | undefined;
  /** What was being projected or committed when something was thrown. */
  #inHand: readonly RecordedEvent[] = [];
  readonly #poison = new PoisonSearch();

  constructor(
    private readonly projection: Projection,
    readonly generation: Generation,
    private readonly reader: EventReader,
    private readonly clock: Clock,
    private readonly tuning: FollowerTuning,
    private readonly turns: BuildTurns,
    private readonly hooks: FollowerHooks,
  ) {
    this.#checkpoint = new Checkpoint(generation);
    this.#gathering = new Gathering(clock, projection.gatherMs ?? 0);
    this.#writing = new WriteBehind(generation);
    this.#rows = new BufferedRows(projection.tables, this.#writing);
  }

  get state(): FollowerState {
    return this.#state;
  }

  /** Queries see everything up to here. */
  get checkpoint(): Position | undefined {
    return this.#checkpoint.position;
  }

  get head(): Position | undefined {
    return this.#head;
  }

  /** Events since position zero. */
  get events(): number {
    return this.#checkpoint.events;
  }

  get lagMs(): number {
    return this.#lagMs;
  }

  get fault(): SubscriberStatus['fault'] {
    return this.#fault;
  }

  /** Reads the checkpoint without following yet. */
  async prepare(): Promise<{ readonly complete: boolean }> {
    const from = this.#checkpoint.position;
    const { complete, moved } = await this.#checkpoint.read();
    const { position } = this.#checkpoint;
    this.#commitEveryMs = complete ? this.tuning.commitEveryMs : this.tuning.buildCommitEveryMs;
    this.#head ??= position;
    if (moved) this.#rows.discard();
    if (moved && position !== undefined) this.#tell(from, position);
    return { complete };
  }

  /** Follows from the checkpoint on. Harmless when it already does. */
  start(): void {
    this.#wanted = true;
    if (this.#running === undefined) this.#launch();
  }

  /** Finishes the batch in hand and stops following. */
  async halt(): Promise<void> {
    this.#wanted = false;
    this.#running?.abort.abort();
    await this.#running?.ended;
  }

  /** Reads again how far its rows have come, and goes on from there. */
  recheck(): void {
    this.#running?.abort.abort();
  }

  /** Somebody waits for this position: lets no more events gather before it is passed. */
  hurry(position: Position): void {
    this.#gathering.hurry(position);
  }

  #launch(): void {
    const abort = new AbortController();
    this.#state = 'starting';
    this.#recovered();
    this.#running = { abort, ended: this.#run(abort.signal) };
  }

  async #run(signal: AbortSignal): Promise<void> {
    let failed = false;
    while (!signal.aborted && !failed) {
      try {
        await this.#follow(signal);
      } catch (error) {
        await this.#writing.given();
        this.#rows.discard();
        this.#endTurn();
        this.#pending = undefined;
        failed = await this.#judge(error, signal);
      }
    }
    this.#endTurn();
    this.#running = undefined;
    this.#state = failed ? 'failed' : 'halted';
    if (!failed && this.#wanted) this.#launch();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    this.#inHand = [];
    this.#state = 'catching-up';
    const { complete } = await this.prepare();
    if (!complete && this.projection.tables.length > 0) this.#endTurn = await this.turns.take(signal);
    if (this.#checkpoint.position === undefined) this.#rows.startEmpty();
    await this.#aim();
    this.#committedAt = this.clock.now();
    const options = { after: this.#checkpoint.position, batchSize: this.tuning.batchSize, signal };
    for await (const message of this.reader.subscribeAll(options)) {
      await this.#take(message);
      if (this.state === 'live') await this.#gathering.pause(this.#checkpoint.position, signal);
    }
    if (!signal.aborted) throw new StoreUnavailableError('the subscription ended');
    await this.#commit();
    await this.#checkpoint.save();
  }

  async #take(message: SubscriptionMessage): Promise<void> {
    if (comparePositions(message.position, this.#head) > 0) this.#head = message.position;
    switch (message.kind) {
      case 'events':
        for (const part of this.#poison.parts(message.events)) await this.#apply(part);
        if (this.#state !== 'live' && hasPassed(message.position, this.#goal?.position)) await this.#arrive();
        break;
      case 'position':
        this.#advance(message.position, 0);
        if (this.#state === 'live') await this.#commit();
        break;
      case 'caught-up':
        await this.#goLive();
        break;
    }
    if (this.#state === 'live' && this.#wanted) await this.hooks.level();
  }

  /** Asks for the head, to see how long it takes to get there. */
  async #aim(): Promise<void> {
    const askedAt = this.clock.now();
    const position = await this.reader.head();
    this.#goal = position === undefined ? undefined : { position, askedAt };
    this.#head = position ?? this.#head;
  }

  async #arrive(): Promise<void> {
    if (this.#goal === undefined) return;
    if (this.clock.now() - this.#goal.askedAt > this.tuning.levelWithinMs) return this.#aim();
    await this.#goLive();
  }

  async #goLive(): Promise<void> {
    if (this.#state === 'live') return;
    await this.#commit();
    // What made catching up fast is not needed any more.
    this.#rows.discard();
    this.#endTurn();
    this.#recovered();
    this.#state = 'live';
  }

  async #apply(events: readonly RecordedEvent[]): Promise<void> {
    const last = events.at(-1);
    if (last === undefined) return;
    this.#inHand = events;
    this.#rows.beginBatch();
    const lagMs = this.#lagOf(last);
    await this.projection.project(events, this.#rows);
    this.#lagMs = lagMs;
    this.#advance(last.position, events.length);
    if (this.#state === 'live') return this.#commit(events);
    const due =
      this.#poison.active ||
      this.#rows.dirty >= this.tuning.commitEveryRows ||
      this.clock.now() - this.#committedAt >= this.#commitEveryMs;
    if (due) await this.#commitBehind();
  }

  #advance(to: Position, events: number): void {
    this.#pending = { to, events: (this.#pending?.events ?? 0) + events };
  }

  async #commit(events?: readonly RecordedEvent[]): Promise<void> {
    await this.#writing.done();
    if (this.#pending === undefined) return;
    const changes = this.#rows.changes();
    const live = this.#state === 'live';
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
    this.#rows.committed(live ? this.tuning.liveCachedRows : this.tuning.cachedRows);
    this.#inHand = [];
  }

  /** While catching up: the next events are projected while these rows are written. */
  async #commitBehind(): Promise<void> {
    if (this.#poison.active) return this.#commit();
    await this.#writing.done();
    if (this.#pending === undefined) return;
    const changes = this.#rows.changes();
    const clears = changes.some((changed) => changed.clears.length > 0);
    this.#writing.begun(this.#write(this.#pending, changes), clears);
    this.#pending = undefined;
    this.#rows.committed(this.tuning.cachedRows);
  }

  async #write(
    { to, events: count }: { readonly to: Position; readonly events: number },
    changes: readonly TableChanges[],
    events?: readonly RecordedEvent[],
  ): Promise<void> {
    const from = this.#checkpoint.position;
    this.#committedAt = this.clock.now();
    await this.#checkpoint.write(to, count, changes);
    this.#recovered();
    this.#tell(from, to, events);
  }

  #recovered(): void {
    this.#retries = 0;
    this.#fault = undefined;
  }

  #tell(from: Position | undefined, position: Position, events?: readonly RecordedEvent[]): void {
    this.hooks.committed({ projection: this.projection.name, from, position, events });
  }

  /** Decides what a fault means. Answers whether it is the end. */
  async #judge(error: unknown, signal: AbortSignal): Promise<boolean> {
    if (isPassing(error)) {
      const delay = Math.min(this.tuning.firstRetryMs * 2 ** this.#retries, this.tuning.lastRetryMs);
      this.#retries += 1;
      this.#state = 'catching-up';
      this.#fault = { message: `${error.message}; trying again` };
      this.hooks.retrying(error, delay);
      await sleep(this.clock, delay, signal);
      return false;
    }
    const alone = this.#inHand.length === 0 || isOfTheReadModel(error);
    const culprit = alone ? culpritOf(error) : this.#poison.judge(this.#inHand);
    if (!alone && culprit === undefined) return false;
    const message = error instanceof Error ? error.message : String(error);
    this.#fault = { message, ...culprit };
    this.hooks.failed(this.#fault, error);
    return true;
  }

  #lagOf(event: RecordedEvent): number {
    const { metadata } = event;
    const at =
      typeof metadata === 'object' && metadata !== null && 'occurredAt' in metadata ? metadata['occurredAt'] : '';
    const occurred = typeof at === 'string' ? Date.parse(at) : Number.NaN;
    return Number.isNaN(occurred) ? this.#lagMs : Math.max(0, this.clock.now() - occurred);
  }
}
