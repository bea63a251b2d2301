import { InMemoryEventStore } from '../../../src/event-store/in-memory/in-memory.event-store.js';
import type { EventReader } from '../../../src/event-sourcing/event-store.js';
import type { FollowerTuning } from '../../../src/event-sourcing/projection-follower-tuning.js';
import { ProjectionHost } from '../../../src/event-sourcing/projection-host.js';
import type { SubscriberReport } from '../../../src/event-sourcing/subscriber-surroundings.js';
import type { ProjectionStore } from '../../../src/event-sourcing/projection-store.js';
import type { Projection } from '../../../src/event-sourcing/projection.js';
import type { Clock } from '../../../src/event-sourcing/subscriber-clock.js';
import type { ReadModel } from '../../../src/read-model/read-model.js';
import { systemClock } from '../../../src/composition/system-clock.js';
import { openTestReadModel } from './each-read-model.js';
import type { TallySchema } from './tally-projection.js';

export interface RigOptions {
  readonly reader?: EventReader;
  readonly store?: ProjectionStore;
  readonly tuning?: Partial<FollowerTuning>;
  readonly clock?: Clock;
}

/** An event store in memory, a read model, and subscribers between them. */
export class SubscriberRig {
  readonly reports: SubscriberReport[] = [];
  readonly #hosts: ProjectionHost[] = [];

  private constructor(
    readonly events: InMemoryEventStore,
    readonly readModel: ReadModel<TallySchema>,
  ) {}

  static async open(): Promise<SubscriberRig> {
    return new SubscriberRig(new InMemoryEventStore(), await openTestReadModel<TallySchema>('file'));
  }

  /** Subscribers that retry at once. */
  host(projections: readonly Projection[], options: RigOptions = {}): ProjectionHost {
    const host = new ProjectionHost(
      {
        store: options.store ?? this.readModel.projections,
        reader: options.reader ?? this.events,
        clock: options.clock ?? systemClock,
        report: (report) => this.reports.push(report),
        tuning: { firstRetryMs: 1, lastRetryMs: 5, ...options.tuning },
      },
      projections,
    );
    this.#hosts.push(host);
    return host;
  }

  /** What queries see: the total of every stream. */
  async totals(): Promise<Record<string, number>> {
    const rows = await this.readModel.queries
      .selectFrom('tallies')
      .select(['stream', 'total'])
      .orderBy('stream')
      .execute();
    return Object.fromEntries(rows.map(({ stream, total }) => [stream, total]));
  }

  /** Leaves subscribers as a crash would: what they have in hand never ends. */
  abandon(host: ProjectionHost): void {
    this.#hosts.splice(this.#hosts.indexOf(host), 1);
  }

  async close(): Promise<void> {
    for (const host of this.#hosts) await host.stop();
    await this.readModel.close();
    await this.events.close();
  }
}
