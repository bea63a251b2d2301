import { Map } from 'immutable';
import type { WorkspaceEvent } from './workspace.events.js';
import type { ActiveWorkspace, ApiKey, Invitation, Member, ServiceAccount, WorkspaceState } from './workspace.state.js';

/**
 * The state after one more event.
 *
 * @throws TypeError when the event cannot follow the state: the stream is corrupt
 */
export function evolveWorkspace(state: WorkspaceState, event: WorkspaceEvent): WorkspaceState {
  if (event.type === 'WorkspaceCreated') {
    return {
      kind: 'active',
      ...event.data,
      members: Map<string, Member>(),
      invitations: Map<string, Invitation>(),
      serviceAccounts: Map<string, ServiceAccount>(),
      keys: Map<string, ApiKey>(),
    };
  }
  if (state.kind !== 'active') {
    throw new TypeError(
      `${event.type} cannot follow on a workspace that is ${state.kind === 'none' ? 'not there' : state.kind}`,
    );
  }
  switch (event.type) {
    case 'WorkspaceRenamed':
      return { ...state, ...event.data };
    case 'WorkspaceDeleted':
      return { kind: 'deleted' };
    case 'MemberInvited': {
      const { email, role, expiresAt } = event.data;
      return { ...state, invitations: state.invitations.set(email, { role, expiresAt }) };
    }
    case 'InvitationRevoked':
      return { ...state, invitations: state.invitations.delete(event.data.email) };
    case 'MemberAdded':
    case 'MemberRoleChanged':
    case 'MemberRemoved':
      return evolveMembers(state, event);
    case 'ServiceAccountCreated':
    case 'ServiceAccountUpdated':
    case 'ServiceAccountDeleted':
      return { ...state, serviceAccounts: evolveServiceAccounts(state.serviceAccounts, event) };
    case 'ApiKeyIssued': {
      const { keyId, clientId, hash } = event.data;
      return { ...state, keys: state.keys.set(keyId, { clientId, hash, revoked: false }) };
    }
    case 'ApiKeyRevoked':
      return { ...state, keys: change(state.keys, event.data.keyId, (key) => ({ ...key, revoked: true })) };
  }
}

type MemberEvent = Extract<WorkspaceEvent, { type: 'MemberAdded' | 'MemberRoleChanged' | 'MemberRemoved' }>;

function evolveMembers(state: ActiveWorkspace, event: MemberEvent): ActiveWorkspace {
  switch (event.type) {
    case 'MemberAdded': {
      const { principal, ...member } = event.data;
      const members = state.members.set(principal, member);
      if (member.email === undefined) return { ...state, members };
      return { ...state, members, invitations: state.invitations.delete(member.email) };
    }
    case 'MemberRoleChanged': {
      const { principal, role } = event.data;
      return { ...state, members: change(state.members, principal, (member) => ({ ...member, role })) };
    }
    case 'MemberRemoved':
      return { ...state, members: state.members.delete(event.data.principal) };
  }
}

type ServiceAccountEvent = Extract<
  WorkspaceEvent,
  { type: 'ServiceAccountCreated' | 'ServiceAccountUpdated' | 'ServiceAccountDeleted' }
>;

function evolveServiceAccounts(
  accounts: Map<string, ServiceAccount>,
  event: ServiceAccountEvent,
): Map<string, ServiceAccount> {
  switch (event.type) {
    case 'ServiceAccountCreated': {
      const { clientId, ...account } = event.data;
      return accounts.set(clientId, { ...account, deleted: false });
    }
    case 'ServiceAccountUpdated': {
      const { clientId, ...changes } = event.data;
      return change(accounts, clientId, (account) => ({ ...account, ...changes }));
    }
    case 'ServiceAccountDeleted':
      return change(accounts, event.data.clientId, (account) => ({ ...account, deleted: true }));
  }
}

function change<V>(map: Map<string, V>, key: string, to: (value: V) => V): Map<string, V> {
  const value = map.get(key);
  if (value === undefined) throw new TypeError(`an event changes ${key}, which no earlier event made`);
  return map.set(key, to(value));
}
