import type { Position } from './position.js';
import { BuildTurns } from './projection-build-turns.js';
import { ProjectionRunner } from './projection-runner.js';
import type { SubscriberSurroundings } from './subscriber-surroundings.js';
import type { Projection, SubscriberStatus } from './projection.js';
import type { WaitOptions } from './subscriber-waiters.js';
import { steer } from './subscriber-steering.js';
import type { Steered, SubscriberAction, Subscribers } from './subscribers.js';

/** Runs all projections of a process over one event store and one read model. */
export class ProjectionHost implements Subscribers {
  readonly #runners = new Map<string, ProjectionRunner>();

  constructor(
    private readonly surroundings: SubscriberSurroundings,
    projections: readonly Projection[],
  ) {
    const turns = new BuildTurns();
    for (const projection of projections) {
      if (this.#runners.has(projection.name))
        throw new TypeError(`two projections are called ${projection.name}; give one another name`);
      this.#runners.set(projection.name, new ProjectionRunner(projection, surroundings, turns));
    }
  }

  /**
   * Checks that the read model belongs to the event store, then starts every subscriber.
   *
   * @param paused names of those that stand paused until they are resumed
   * @throws ReadModelMismatchError when it does not
   */
  async start(paused: ReadonlySet<string> = new Set()): Promise<void> {
    await this.surroundings.store.attach(this.surroundings.reader);
    for (const runner of this.#runners.values()) await runner.start({ paused: paused.has(runner.name) });
  }

  /** The database was away: every subscriber looks whether it still holds everything. */
  recheck(): void {
    for (const runner of this.#runners.values()) runner.recheck();
  }

  /** Finishes the batches in hand and ends for good. */
  async stop(): Promise<void> {
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()));
  }

  /** @throws RangeError when there is no subscriber of this name */
  get(name: string): ProjectionRunner {
    const runner = this.#runners.get(name);
    if (runner === undefined)
      throw new RangeError(`there is no projection ${name}; there are ${[...this.#runners.keys()].join(', ')}`);
    return runner;
  }

  statuses(): readonly SubscriberStatus[] {
    return [...this.#runners.values()].map((runner) => runner.status());
  }

  /** True once every subscriber's tables may be queried. */
  get ready(): boolean {
    return [...this.#runners.values()].every((runner) => runner.ready);
  }

  /** Read your writes over several subscribers: see {@link ProjectionRunner.waitFor}. Default: all. */
  async waitFor(
    position: Position,
    options?: WaitOptions & { readonly projections?: readonly string[] },
  ): Promise<boolean> {
    const runners = options?.projections?.map((name) => this.get(name)) ?? [...this.#runners.values()];
    const passed = await Promise.all(runners.map((runner) => runner.waitFor(position, options)));
    return passed.every((one) => one);
  }

  async steer(name: string, action: SubscriberAction): Promise<Steered> {
    return steer(this.get(name), action);
  }
}
