import { eventLag } from './event-lag.js';
import type { RecordedEvent } from './event.js';
import type { EventReader, SubscriptionMessage } from './event-store.js';
import { StoreUnavailableError } from './faults.js';
import { comparePositions, hasPassed } from './position.js';
import type { Position } from './position.js';
import { PoisonSearch, culpritOf } from './projection-poison.js';
import { Committer } from './projection-committer.js';
import { isOfTheReadModel, isPassing } from './projection-faults.js';
import { Gathering } from './projection-gathering.js';
import type { BuildTurns } from './projection-build-turns.js';
import type { Generation } from './projection-store.js';
import type { Projection, SubscriberStatus } from './projection.js';
import type { FollowerTuning } from './projection-follower-tuning.js';
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
  readonly #committer: Committer;
  #head: Position | undefined;
  /** The head when it was last asked for. */
  #goal: { readonly position: Position; readonly askedAt: number } | undefined;
  #lagMs = 0;
  #fault: SubscriberStatus['fault'];
  #wanted = false;
  readonly #gathering: Gathering;
  #running: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined;
  #retries = 0;
  #endTurn: () => void = () => undefined;
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
    this.#gathering = new Gathering(clock, projection.gatherMs ?? 0);
    this.#committer = new Committer(projection, generation, clock, tuning, {
      committed: (commit) => {
        hooks.committed(commit);
      },
      wrote: () => {
        this.#recovered();
      },
    });
  }

  get state(): FollowerState {
    return this.#state;
  }

  /** Queries see everything up to here. */
  get checkpoint(): Position | undefined {
    return this.#committer.checkpoint;
  }

  get head(): Position | undefined {
    return this.#head;
  }

  /** Events since position zero. */
  get events(): number {
    return this.#committer.events;
  }

  get lagMs(): number {
    return this.#lagMs;
  }

  get fault(): SubscriberStatus['fault'] {
    return this.#fault;
  }

  /** Reads the checkpoint without following yet. */
  async prepare(): Promise<{ readonly complete: boolean }> {
    const prepared = await this.#committer.prepare();
    this.#head ??= this.checkpoint;
    return prepared;
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
        await this.#committer.discard();
        this.#endTurn();
        failed = await this.#judge(error, signal);
      }
    }
    this.#endTurn();
    this.#running = undefined;
    this.#state = failed ? 'failed' : 'halted';
    if (!failed && this.#wanted) this.#launch();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    this.#state = 'catching-up';
    const { complete } = await this.prepare();
    if (!complete && this.projection.tables.length > 0) this.#endTurn = await this.turns.take(signal);
    await this.#aim();
    this.#committer.begin();
    const options = { after: this.checkpoint, batchSize: this.tuning.batchSize, signal };
    for await (const message of this.reader.subscribeAll(options)) {
      await this.#take(message);
      if (this.state === 'live') await this.#gathering.pause(this.checkpoint, signal);
    }
    if (!signal.aborted) throw new StoreUnavailableError('the subscription ended');
    await this.#commit();
    await this.#committer.save();
  }

  async #take(message: SubscriptionMessage): Promise<void> {
    if (comparePositions(message.position, this.#head) > 0) this.#head = message.position;
    switch (message.kind) {
      case 'events':
        for (const part of this.#poison.parts(message.events)) await this.#apply(part);
        if (this.#state !== 'live' && hasPassed(message.position, this.#goal?.position)) await this.#arrive();
        break;
      case 'position':
        this.#committer.advance(message.position, 0);
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
    this.#committer.rows.discard();
    this.#endTurn();
    this.#recovered();
    this.#state = 'live';
  }

  async #apply(events: readonly RecordedEvent[]): Promise<void> {
    const last = events.at(-1);
    if (last === undefined) return;
    this.#committer.beginBatch(events);
    const lagMs = eventLag(last, this.clock.now());
    await this.projection.project(events, this.#committer.rows);
    this.#lagMs = lagMs ?? this.#lagMs;
    this.#committer.advance(last.position, events.length);
    if (this.#state === 'live') return this.#commit(events);
    if (this.#poison.active) await this.#commit();
    else if (this.#committer.due) await this.#committer.commitBehind();
  }

  #commit(events?: readonly RecordedEvent[]): Promise<void> {
    return this.#committer.commit(this.#state === 'live', events);
  }

  #recovered(): void {
    this.#retries = 0;
    this.#fault = undefined;
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
    const { inHand } = this.#committer;
    const alone = inHand.length === 0 || isOfTheReadModel(error);
    const culprit = alone ? culpritOf(error) : this.#poison.judge(inHand);
    if (!alone && culprit === undefined) return false;
    const message = error instanceof Error ? error.message : String(error);
    this.#fault = { message, ...culprit };
    this.hooks.failed(this.#fault, error);
    return true;
  }
}
