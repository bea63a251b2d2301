import { hasPassed } from './position.js';
import type { Position } from './position.js';
import { BuildTurns } from './projection-build-turns.js';
import { GenerationFollower } from './projection-follower.js';
import type { FollowerHooks } from './projection-follower.js';
import { defaultTuning } from './projection-follower-tuning.js';
import type { FollowerTuning } from './projection-follower-tuning.js';
import { RebuildInHand } from './projection-rebuild.js';
import { subscriberStatus } from './projection-status.js';
import type { RunnerMode } from './projection-status.js';
import type { Generation } from './projection-store.js';
import type { Projection, SubscriberStatus } from './projection.js';
import type { SubscriberSurroundings } from './subscriber-surroundings.js';
import { PositionWaiters } from './subscriber-waiters.js';
import type { WaitOptions } from './subscriber-waiters.js';
import type { Commit, Subscriber } from './subscribers.js';

/** A build beside a live generation leaves it the event loop and the database again and again. */
const besideLiveTuning: Partial<FollowerTuning> = { commitEveryRows: 5_000 };

/**
 * Runs one projection: keeps its live generation up with the store, and builds another one beside it
 * when its version has changed or somebody asks for it.
 */
export class ProjectionRunner implements Subscriber {
  #live: GenerationFollower | undefined;
  #building: GenerationFollower | undefined;
  #complete = false;
  #mode: RunnerMode = 'starting';
  #rebuild: RebuildInHand | undefined;
  #turn: Promise<void> = Promise.resolve();
  readonly #waiters: PositionWaiters;
  readonly #listeners = new Set<(commit: Commit) => void>();

  constructor(
    readonly projection: Projection,
    private readonly surroundings: SubscriberSurroundings,
    private readonly turns = new BuildTurns(),
  ) {
    this.#waiters = new PositionWaiters(surroundings.clock);
  }

  get name(): string {
    return this.projection.name;
  }

  /** True once queries may read its tables: they have the columns of this version and have held everything. */
  get ready(): boolean {
    return this.#live !== undefined && this.#complete;
  }

  /** The position that queries have passed. */
  get checkpoint(): Position | undefined {
    return this.#live?.checkpoint;
  }

  /** Opens the generations and begins to follow, unless it is to stand paused until it is resumed. */
  async start({ paused = false }: { readonly paused?: boolean } = {}): Promise<void> {
    const { live, building } = await this.surroundings.store.open(this.projection);
    if (live !== undefined) {
      this.#complete = (await live.progress()).complete;
      this.#live = this.#follower(live);
      await this.#live.prepare();
    }
    if (building !== undefined) {
      this.#building = this.#follower(building);
      await this.#building.prepare();
    }
    this.#mode = paused ? 'paused' : 'running';
    this.#startFollowers();
  }

  /** Finishes the batches in hand, then waits to be resumed. */
  async pause(): Promise<void> {
    if (this.#mode === 'stopped') return;
    this.#mode = 'paused';
    await this.#haltFollowers();
  }

  resume(): void {
    if (this.#mode !== 'paused') return;
    this.#mode = 'running';
    this.#startFollowers();
  }

  /** The database was away: looks whether it still holds everything, and builds again what it does not. */
  recheck(): void {
    this.#live?.recheck();
    this.#building?.recheck();
  }

  /** After a failure: tries the event again at which it stopped. */
  retry(): void {
    if (this.#mode === 'running') this.#startFollowers();
  }

  /** Finishes the batches in hand and ends for good. A rebuild goes on at the next start. */
  async stop(): Promise<void> {
    this.#mode = 'stopped';
    await this.#haltFollowers();
    this.#waiters.giveUp();
    this.#endRebuild(new Error(`${this.name} was stopped while it was rebuilt; the rebuild goes on at the next start`));
  }

  /**
   * Builds a new generation from position zero while the live one goes on, and resolves when it has
   * taken its place. `status().rebuild` tells how far it is.
   *
   * @throws Error when the rebuild fails, is stopped or is begun once more
   */
  async rebuild(): Promise<void> {
    const { finished } = await this.beginRebuild();
    await finished;
  }

  /** Begins what {@link rebuild} does. Answers when it is under way. */
  async beginRebuild(): Promise<{ readonly finished: Promise<void> }> {
    const begun = this.#turn.then(() => this.#beginRebuild());
    this.#turn = begun.then(
      () => undefined,
      () => undefined,
    );
    return begun;
  }

  /**
   * Read your writes: resolves to true as soon as queries have passed this position; to false on
   * time-out, abort, or when the subscriber has failed or stopped.
   */
  waitFor(position: Position, options?: WaitOptions): Promise<boolean> {
    if (this.#live !== undefined && hasPassed(this.#live.checkpoint, position)) return Promise.resolve(true);
    if (this.#mode === 'stopped' || this.#live?.state === 'failed') return Promise.resolve(false);
    this.#live?.hurry(position);
    return this.#waiters.wait(position, options);
  }

  /** Calls the listener synchronously after each commit that queries see. Answers how to end that. */
  onCommitted(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  status(): SubscriberStatus {
    return subscriberStatus({
      projection: this.projection,
      mode: this.#mode,
      ready: this.ready,
      live: this.#live,
      building: this.#building,
    });
  }

  async #beginRebuild(): Promise<{ readonly finished: Promise<void> }> {
    if (this.#mode === 'starting' || this.#mode === 'stopped') throw new Error(`${this.name} is not running`);
    await this.#building?.halt();
    this.#endRebuild(new Error(`the rebuild of ${this.name} was begun once more`));
    const generation = await this.surroundings.store.rebuild(this.projection);
    this.#building = this.#follower(generation);
    const rebuild = new RebuildInHand();
    this.#rebuild = rebuild;
    this.#startFollowers();
    return { finished: rebuild.finished };
  }

  #endRebuild(error?: Error): void {
    const rebuild = this.#rebuild;
    this.#rebuild = undefined;
    rebuild?.end(error);
  }

  #startFollowers(): void {
    if (this.#mode !== 'running') return;
    this.#live?.start();
    this.#building?.start();
  }

  async #haltFollowers(): Promise<void> {
    await Promise.all([this.#live?.halt(), this.#building?.halt()]);
  }

  #follower(generation: Generation): GenerationFollower {
    const { reader, clock, tuning } = this.surroundings;
    const hooks: FollowerHooks = {
      committed: (commit) => {
        if (this.#live === follower) this.#tell(commit);
      },
      level: () => this.#level(follower),
      retrying: (error, delayMs) => {
        this.surroundings.report({ ...this.#who(), kind: 'retrying', error, delayMs });
      },
      failed: (fault, error) => {
        this.surroundings.report({ ...this.#who(), kind: 'failed', fault, error });
        this.#failed(follower, fault.message, error);
      },
    };
    const follower = new GenerationFollower(
      this.projection,
      generation,
      reader,
      clock,
      { ...defaultTuning, ...(this.#live === undefined ? {} : besideLiveTuning), ...tuning },
      this.turns,
      hooks,
    );
    return follower;
  }

  #level(follower: GenerationFollower): Promise<void> | undefined {
    if (follower === this.#building) return this.#swap(follower);
    return this.#complete ? undefined : this.#completeLive(follower);
  }

  async #completeLive(follower: GenerationFollower): Promise<void> {
    await follower.generation.complete();
    this.#complete = true;
    this.surroundings.report({ ...this.#who(), kind: 'complete' });
  }

  /**
   * Puts a generation that has caught up in the live one's place. The live one is held meanwhile, so
   * that queries never go back in time.
   */
  async #swap(follower: GenerationFollower): Promise<void> {
    const live = this.#live;
    await live?.halt();
    if (live !== undefined && !hasPassed(follower.checkpoint, live.checkpoint)) return;
    try {
      await this.surroundings.store.swapIn(follower.generation);
    } catch (error) {
      this.#release(live);
      throw error;
    }
    this.#live = follower;
    this.#building = undefined;
    this.#complete = true;
    const { generation, checkpoint } = follower;
    this.surroundings.report({ ...this.#who(), kind: 'swapped-in', generation: generation.number });
    if (checkpoint !== undefined)
      this.#tell({ projection: this.name, from: live?.checkpoint, position: checkpoint, events: undefined });
    this.#endRebuild();
  }

  #failed(follower: GenerationFollower, message: string, error: unknown): void {
    if (follower === this.#live) {
      this.#waiters.giveUp();
      return;
    }
    this.#endRebuild(new Error(`the rebuild of ${this.name} failed: ${message}`, { cause: error }));
    this.#release(this.#live);
  }

  /** Lets go on what was held for a swap that did not come about. */
  #release(held: GenerationFollower | undefined): void {
    if (this.#mode === 'running' && held?.state === 'halted') held.start();
  }

  #tell(commit: Commit): void {
    for (const listener of this.#listeners) {
      try {
        listener(commit);
      } catch (error) {
        this.surroundings.report({ ...this.#who(), kind: 'listener-failed', error });
      }
    }
    this.#waiters.passed(commit.position);
  }

  #who(): { readonly name: string; readonly version: number } {
    return { name: this.name, version: this.projection.version };
  }
}
