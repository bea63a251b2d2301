import type { Decision } from '../../event-sourcing/decider.js';
import type { WorkspaceEvent } from './workspace.events.js';
import type { WorkspaceRejection } from './workspace.rejections.js';

/** What the rules of a workspace answer. */
export type WorkspaceDecision = Decision<WorkspaceEvent, WorkspaceRejection>;
