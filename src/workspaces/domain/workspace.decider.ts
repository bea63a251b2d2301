import { alreadySo, events, rejected } from '../../event-sourcing/decider.js';
import type { Decider } from '../../event-sourcing/decider.js';
import * as membership from './membership.rules.js';
import * as serviceAccounts from './service-account.rules.js';
import type { CreateWorkspace, DeleteWorkspace, UpdateWorkspace, WorkspaceCommand } from './workspace.commands.js';
import type { WorkspaceDecision } from './workspace.decision.js';
import type { WorkspaceEvent } from './workspace.events.js';
import { evolveWorkspace } from './workspace.fold.js';
import { workspaceRejection } from './workspace.rejections.js';
import type { WorkspaceRejection } from './workspace.rejections.js';
import { noWorkspace } from './workspace.state.js';
import type { ActiveWorkspace, WorkspaceState } from './workspace.state.js';

/** The rules of a workspace: its name, its members, its service accounts and their keys. */
export const workspaceDecider: Decider<WorkspaceCommand, WorkspaceEvent, WorkspaceState, WorkspaceRejection> = {
  initial: noWorkspace,
  decide,
  evolve: evolveWorkspace,
};

function decide(command: WorkspaceCommand, state: WorkspaceState): WorkspaceDecision {
  if (command.type === 'CreateWorkspace') return createWorkspace(command.data, state);
  if (state.kind !== 'active') {
    if (command.type === 'DeleteWorkspace' && state.kind === 'deleted') return alreadySo;
    return rejected(workspaceRejection('workspace-not-found', `There is no workspace ${command.data.workspace}.`));
  }
  switch (command.type) {
    case 'UpdateWorkspace':
      return updateWorkspace(command.data, state);
    case 'DeleteWorkspace':
      return deleteWorkspace(command.data);
    case 'InviteMember':
      return membership.inviteMember(command.data, state);
    case 'AcceptInvitation':
      return membership.acceptInvitation(command.data, state);
    case 'RevokeInvitation':
      return membership.revokeInvitation(command.data, state);
    case 'AddMember':
      return membership.addMember(command.data, state);
    case 'ChangeMemberRole':
      return membership.changeMemberRole(command.data, state);
    case 'RemoveMember':
      return membership.removeMember(command.data, state);
    case 'CreateServiceAccount':
      return serviceAccounts.createServiceAccount(command.data, state);
    case 'UpdateServiceAccount':
      return serviceAccounts.updateServiceAccount(command.data, state);
    case 'DeleteServiceAccount':
      return serviceAccounts.deleteServiceAccount(command.data, state);
    case 'IssueApiKey':
      return serviceAccounts.issueApiKey(command.data, state);
    case 'RevokeApiKey':
      return serviceAccounts.revokeApiKey(command.data, state);
  }
}

function createWorkspace(command: CreateWorkspace, state: WorkspaceState): WorkspaceDecision {
  const { workspace, accountId, displayName, labels, creator } = command;
  if (state.kind !== 'none') {
    if (state.kind === 'active' && isSameCreation(command, state)) return alreadySo;
    // The same words for a deleted one: whose it was and what became of it is nobody's business.
    return rejected(workspaceRejection('workspace-exists', `The workspace name ${workspace} is taken.`));
  }
  const created = { type: 'WorkspaceCreated', data: { accountId, displayName, labels } } as const;
  if (creator === undefined) return events<WorkspaceEvent>(created);
  const fault = membership.memberFault(creator.principal, creator.email);
  if (fault !== undefined) return rejected(fault);
  return events<WorkspaceEvent>(created, {
    type: 'MemberAdded',
    data: membership.memberData(creator.principal, 'admin', creator.email),
  });
}

/** Somebody else asking for the same name must hear that it is taken, not that all is well. */
function isSameCreation(command: CreateWorkspace, state: ActiveWorkspace): boolean {
  return (
    command.accountId === state.accountId &&
    command.displayName === state.displayName &&
    sameLabels(command.labels, state.labels) &&
    (command.creator === undefined || state.members.get(command.creator.principal)?.role === 'admin')
  );
}

function updateWorkspace(command: UpdateWorkspace, state: ActiveWorkspace): WorkspaceDecision {
  const displayName = command.displayName ?? state.displayName;
  const labels = command.labels ?? state.labels;
  if (displayName === state.displayName && sameLabels(labels, state.labels)) return alreadySo;
  return events<WorkspaceEvent>({ type: 'WorkspaceRenamed', data: { displayName, labels } });
}

function deleteWorkspace(command: DeleteWorkspace): WorkspaceDecision {
  const { workspace, images } = command;
  if (images > 0) {
    const held = images === 1 ? 'an image' : `${images} images`;
    return rejected(
      workspaceRejection(
        'workspace-in-use',
        `Workspace ${workspace} still holds ${held}; delete or unshare them first.`,
      ),
    );
  }
  return events<WorkspaceEvent>({ type: 'WorkspaceDeleted', data: {} });
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}
