import type { Role, WorkspaceEvent } from '../../../src/workspaces/domain/workspace.events.js';

/** Events of the workspace `acme`. */
export const created: WorkspaceEvent = {
  type: 'WorkspaceCreated',
  data: { accountId: 'acc', displayName: 'Acme', labels: { team: 'core' } },
};

export function member(principal: string, role: Role, email?: string): WorkspaceEvent {
  return { type: 'MemberAdded', data: email === undefined ? { principal, role } : { principal, role, email } };
}

export function invited(email: string, role: Role, expiresAt = '2030-01-01T00:00:00.000Z'): WorkspaceEvent {
  return { type: 'MemberInvited', data: { email, role, expiresAt } };
}

export function serviceAccount(clientId: string): WorkspaceEvent {
  return {
    type: 'ServiceAccountCreated',
    data: { clientId, name: 'ci', description: 'pushes', mayActForOthers: false },
  };
}

export const hash = 'ab'.repeat(32);

export function key(keyId: string, clientId: string): WorkspaceEvent {
  return { type: 'ApiKeyIssued', data: { keyId, clientId, name: 'laptop', hash } };
}

export const deleted: WorkspaceEvent = { type: 'WorkspaceDeleted', data: {} };
