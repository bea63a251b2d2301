import type { ProjectionRunner } from './projection-runner.js';
import type { SubscriberStatus } from './projection.js';
import type { Steered, SubscriberAction } from './subscribers.js';

/** Steers a subscriber of this process. A rebuild has only begun when it is answered. */
export async function steer(runner: ProjectionRunner, action: SubscriberAction): Promise<Steered> {
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
      if (!hasFailed(runner.status())) return { kind: 'nothing-to-retry' };
      // One that was paused after it had failed needs both.
      runner.resume();
      runner.retry();
  }
  return { kind: 'done', status: runner.status() };
}

async function beginRebuild(runner: ProjectionRunner): Promise<void> {
  const { finished } = await runner.beginRebuild();
  // How it ends is reported by the runner and seen in its status.
  finished.catch(() => undefined);
}

function hasFailed({ state, rebuild }: SubscriberStatus): boolean {
  return state === 'failed' || rebuild?.fault !== undefined;
}
