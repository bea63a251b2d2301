import type { ProjectionHost } from '../event-sourcing/projection-host.js';
import type { ProjectionRunner } from '../event-sourcing/projection-runner.js';
import type { SubscriberStatus } from '../event-sourcing/projection.js';
import { Refusal } from '../http/refusal.js';
import type { ProjectionView } from './projection.view.js';

/** What may be done to a projection by hand. */
export type ProjectionAction = 'rebuild' | 'pause' | 'resume' | 'retry';

/** Shows and steers the subscribers of this process. */
export class ProjectionAdmin {
  constructor(
    private readonly host: Pick<ProjectionHost, 'statuses' | 'get'>,
    /** How many events the log has. */
    private readonly eventsInLog: () => number,
  ) {}

  all(): ProjectionView[] {
    return this.host.statuses().map((status) => this.#json(status));
  }

  /**
   * Answers how the projection stands afterwards. A rebuild has only begun by then.
   *
   * @throws Refusal when there is no such projection, or nothing to retry
   */
  async act(name: string, action: ProjectionAction): Promise<ProjectionView> {
    const runner = this.#find(name);
    switch (action) {
      case 'rebuild':
        await beginRebuild(runner);
        break;
      case 'pause':
        await runner.pause();
        break;
      case 'resume':
        runner.resume();
        break;
      case 'retry':
        if (!hasFailed(runner.status())) throw nothingToRetry(name);
        // One that was paused after it had failed needs both.
        runner.resume();
        runner.retry();
    }
    return this.#json(runner.status());
  }

  #find(name: string): ProjectionRunner {
    const known = this.host.statuses().map((status) => status.name);
    if (known.includes(name)) return this.host.get(name);
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

async function beginRebuild(runner: ProjectionRunner): Promise<void> {
  const { finished } = await runner.beginRebuild();
  // How it ends is reported by the runner and seen in its status.
  finished.catch(() => undefined);
}

function rebuildJson({ checkpoint, eventsProcessed, fault }: NonNullable<SubscriberStatus['rebuild']>) {
  return {
    ...(checkpoint !== undefined && { checkpoint }),
    eventsProcessed,
    ...(fault !== undefined && { fault }),
  };
}

function hasFailed({ state, rebuild }: SubscriberStatus): boolean {
  return state === 'failed' || rebuild?.fault !== undefined;
}

function nothingToRetry(name: string): Refusal {
  return new Refusal({
    code: 'projection-not-failed',
    category: 'conflict',
    message: `Projection ${name} has not failed, so there is nothing to try again.`,
  });
}
