import type { HolderTask, MakeHolderTask } from '../event-sourcing/holder-task.js';
import { ProjectionHost } from '../event-sourcing/projection-host.js';
import type { SubscriberSurroundings } from '../event-sourcing/subscriber-surroundings.js';
import type { Projection } from '../event-sourcing/projection.js';

/** The subscribers of a service that is one process: they run here, with whatever else goes on by itself. */
export class LocalSubscribers extends ProjectionHost {
  #tasks: readonly HolderTask[] = [];

  constructor(
    surroundings: SubscriberSurroundings,
    projections: readonly Projection[],
    private readonly makeTasks: readonly MakeHolderTask[],
  ) {
    super(surroundings, projections);
  }

  override async start(): Promise<void> {
    await super.start();
    this.#tasks = this.makeTasks.map((make) => make());
    for (const task of this.#tasks) task.start();
  }

  override async stop(): Promise<void> {
    for (const task of this.#tasks) await task.stop();
    await super.stop();
  }
}
