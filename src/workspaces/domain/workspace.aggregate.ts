import type { Aggregate } from '../../event-sourcing/aggregate.js';
import { workspaceCodec } from './workspace.codec.js';
import type { WorkspaceCommand } from './workspace.commands.js';
import { workspaceDecider } from './workspace.decider.js';
import type { WorkspaceEvent } from './workspace.events.js';
import { isOutcome } from './workspace.outcome.js';
import type { WorkspaceRejection } from './workspace.rejections.js';
import { stateWeight, workspaceSnapshots } from './workspace.state.js';
import type { WorkspaceState } from './workspace.state.js';

/** Everything the kernel needs to know of the streams `workspace-{name}`. */
export const workspaceAggregate: Aggregate<WorkspaceCommand, WorkspaceEvent, WorkspaceState, WorkspaceRejection> = {
  decider: workspaceDecider,
  codec: workspaceCodec,
  snapshots: workspaceSnapshots,
  isOutcome,
  weight: stateWeight,
};
