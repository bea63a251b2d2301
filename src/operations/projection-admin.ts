import type { SubscriberStatus } from '../event-sourcing/projection.js';
import type { SubscriberAction, Subscribers } from '../event-sourcing/subscribers.js';
import { Refusal } from '../http/refusal.js';
import type { ProjectionView } from './projection.view.js';

/** Shows and steers the subscribers of the service. */
export class ProjectionAdmin {
  constructor(
    private readonly subscribers: Pick<Subscribers, 'statuses' | 'steer'>,
    /** How many events the log has. */
    private readonly eventsInLog: () => number,
  ) {}

  all(): ProjectionView[] {
    return this.subscribers.statuses().map((status) => this.#json(status));
  }

  /**
   * Answers how the projection stands afterwards. A rebuild has only begun by then.
   *
   * @throws Refusal when there is no such projection, or nothing to retry
   * @throws StoreUnavailableError when nobody is there to do it now
   */
  async act(name: string, action: SubscriberAction): Promise<ProjectionView> {
    this.#requireKnown(name);
    const steered = await this.subscribers.steer(name, action);
    switch (steered.kind) {
      case 'done':
        return this.#json(steered.status);
      case 'nothing-to-retry':
        throw nothingToRetry(name);
    }
  }

  #requireKnown(name: string): void {
    const known = this.subscribers.statuses().map((status) => status.name);
    if (known.includes(name)) return;
    throw new Refusal({
      code: 'projection-not-found',
      category: 'not-found',
      message: `There is no projection ${name}. There are ${known.join(', ')}.`,
    });
  }

  #json(status: SubscriberStatus): ProjectionView {
    const { name, version, state, ready, checkpoint, head, lagMs, eventsProcessed, fault, rebuild } = status;
    const eventsInLog = this.eventsInLog();
    return {
      name,
      version,
      state,
      ready,
      ...(checkpoint !== undefined && { checkpoint }),
      ...(head !== undefined && { head }),
      lagMs,
      eventsProcessed,
      eventsInLog,
      ...(fault !== undefined && { fault }),
      ...(rebuild !== undefined && { rebuild: { ...rebuildJson(rebuild), eventsInLog } }),
    };
  }
}

function rebuildJson({ checkpoint, eventsProcessed, fault }: NonNullable<SubscriberStatus['rebuild']>) {
  return {
    ...(checkpoint !== undefined && { checkpoint }),
    eventsProcessed,
    ...(fault !== undefined && { fault }),
  };
}

function nothingToRetry(name: string): Refusal {
  return new Refusal({
    code: 'projection-not-failed',
    category: 'conflict',
    message: `Projection ${name} has not failed, so there is nothing to try again.`,
  });
}
