import type { EventReader } from '../../../src/event-sourcing/event-store.js';
import type {
  Generation,
  GenerationCommit,
  Generations,
  ProjectionStore,
} from '../../../src/event-sourcing/projection-store.js';
import type { Projection } from '../../../src/event-sourcing/projection.js';

/** Does a commit, or not, or does it and then fails. */
export type CommitFault = (commit: () => Promise<void>, work: GenerationCommit) => Promise<void>;

/** A projection store whose commits go through a fault of the test's choice. */
export class FaultyProjectionStore implements ProjectionStore {
  constructor(
    private readonly inner: ProjectionStore,
    private readonly fault: CommitFault,
  ) {}

  attach(store: Pick<EventReader, 'storeId' | 'end'>): Promise<void> {
    return this.inner.attach(store);
  }

  async open(projection: Projection): Promise<Generations> {
    const { live, building } = await this.inner.open(projection);
    return { live: live && this.#faulty(live), building: building && this.#faulty(building) };
  }

  async rebuild(projection: Projection): Promise<Generation> {
    return this.#faulty(await this.inner.rebuild(projection));
  }

  swapIn(generation: Generation): Promise<void> {
    return this.inner.swapIn(generation);
  }

  #faulty(inner: Generation): Generation {
    return {
      projection: inner.projection,
      number: inner.number,
      version: inner.version,
      progress: () => inner.progress(),
      loadKeys: (table, keys) => inner.loadKeys(table, keys),
      loadWhere: (table, match) => inner.loadWhere(table, match),
      complete: () => inner.complete(),
      commit: (work) => this.fault(() => inner.commit(work), work),
    };
  }
}
