import type { HolderTask, MakeHolderTask } from '../event-sourcing/holder-task.js';
import { ProjectionHost } from '../event-sourcing/projection-host.js';
import type { SubscriberReport, SubscriberSurroundings } from '../event-sourcing/subscriber-surroundings.js';
import { CheckpointMovedError, TermEndedError } from '../event-sourcing/projection-store.js';
import type { ProjectionStore } from '../event-sourcing/projection-store.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Commit } from '../event-sourcing/subscribers.js';

export interface TermParts {
  /** Generations that can be written to as long as the term lasts. */
  readonly store: ProjectionStore & { beginTerm(): Promise<void> };
  readonly surroundings: Omit<SubscriberSurroundings, 'store'>;
  readonly projections: readonly Projection[];
  readonly tasks: readonly MakeHolderTask[];
  readonly committed: (commit: Commit) => void;
  /** It has to end: it could not begin, or somebody else writes. */
  readonly over: (reason: string) => void;
}

/** The subscribers and everything else that runs once in the cluster, for as long as this node holds the lease. */
export class TermOfOffice {
  readonly host: ProjectionHost;
  #ended = false;
  #underWay = false;
  readonly #started: HolderTask[] = [];
  #begun: Promise<void> = Promise.resolve();

  constructor(private readonly parts: TermParts) {
    const report = (told: SubscriberReport): void => {
      this.#report(told);
    };
    this.host = new ProjectionHost({ ...parts.surroundings, store: parts.store, report }, parts.projections);
    for (const { name } of parts.projections)
      this.host.get(name).onCommitted((commit) => {
        if (!this.#ended) parts.committed(commit);
      });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** True once the subscribers stand as the term found them, so that they can be steered. */
  get underWay(): boolean {
    return this.#underWay;
  }

  /** Ends what earlier terms may still write, and begins. */
  begin(paused: ReadonlySet<string>): void {
    this.#begun = this.#begin(paused).catch((fault: unknown) => {
      if (!this.#ended) this.parts.over(fault instanceof Error ? fault.message : String(fault));
    });
  }

  /** Finishes what is in hand; what cannot be written any more is left to whoever comes next. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#begun;
    await Promise.all(this.#started.map((task) => task.stop()));
    await this.host.stop();
  }

  async #begin(paused: ReadonlySet<string>): Promise<void> {
    await this.parts.store.beginTerm();
    if (this.#ended) return;
    await this.host.start(paused);
    this.#underWay = true;
    for (const make of this.parts.tasks) {
      if (this.ended) return;
      const task = make();
      this.#started.push(task);
      task.start();
    }
  }

  #report(report: SubscriberReport): void {
    if (report.kind === 'failed') {
      const { error } = report;
      if (error instanceof TermEndedError || error instanceof CheckpointMovedError) {
        if (!this.#ended) this.parts.over(error.message);
        return;
      }
    }
    this.parts.surroundings.report(report);
  }
}
