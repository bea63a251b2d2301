import type { Rejection } from '../../event-sourcing/decider.js';
import type { RejectionCategory } from '../../vocabulary/rejection-category.js';

/** Every reason a workspace gives for not obeying a command, and what kind of no it is. */
export const workspaceRejections = {
  'workspace-exists': 'conflict',
  'workspace-not-found': 'not-found',
  'workspace-in-use': 'conflict',
  'member-exists': 'conflict',
  'member-not-found': 'not-found',
  'last-admin': 'conflict',
  'invitation-not-found': 'not-found',
  'invitation-expired': 'gone',
  'service-account-exists': 'conflict',
  'service-account-not-found': 'not-found',
  'key-exists': 'conflict',
  'key-not-found': 'not-found',
  'invalid-principal': 'invalid',
  'invalid-email': 'invalid',
  'invalid-expiry': 'invalid',
  'invalid-client-id': 'invalid',
  'invalid-key': 'invalid',
} as const satisfies Readonly<Record<string, RejectionCategory>>;

export type WorkspaceRejectionCode = keyof typeof workspaceRejections;

export interface WorkspaceRejection extends Rejection {
  readonly code: WorkspaceRejectionCode;
  readonly category: RejectionCategory;
}

/** The rejection of this code with a sentence that names the thing at fault. */
export function workspaceRejection(code: WorkspaceRejectionCode, message: string): WorkspaceRejection {
  return { code, message, category: workspaceRejections[code] };
}
