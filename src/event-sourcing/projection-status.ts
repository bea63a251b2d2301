import type { GenerationFollower } from './projection-follower.js';
import type { Projection, SubscriberStatus } from './projection.js';

export type RunnerMode = 'starting' | 'running' | 'paused' | 'stopped';

export interface RunnerView {
  readonly projection: Projection;
  readonly mode: RunnerMode;
  readonly ready: boolean;
  readonly live: GenerationFollower | undefined;
  readonly building: GenerationFollower | undefined;
}

/** Where a projection stands: as its live generation does, or the one being built while there is no live one. */
export function subscriberStatus({ projection, mode, ready, live, building }: RunnerView): SubscriberStatus {
  const shown = live ?? building;
  const fault = shown?.fault;
  return {
    name: projection.name,
    version: projection.version,
    state: stateOf(mode, shown),
    ready,
    checkpoint: shown?.checkpoint,
    head: shown?.head,
    lagMs: shown?.lagMs ?? 0,
    eventsProcessed: shown?.events ?? 0,
    ...(fault === undefined ? {} : { fault }),
    ...(building === undefined
      ? {}
      : {
          rebuild: {
            checkpoint: building.checkpoint,
            eventsProcessed: building.events,
            ...(building.fault === undefined ? {} : { fault: building.fault }),
          },
        }),
  };
}

function stateOf(mode: RunnerMode, shown: GenerationFollower | undefined): SubscriberStatus['state'] {
  if (mode === 'stopped' || shown === undefined) return mode === 'stopped' ? 'stopped' : 'starting';
  if (shown.state === 'failed') return 'failed';
  if (mode === 'paused') return 'paused';
  return shown.state === 'halted' ? 'catching-up' : shown.state;
}
