import { normalizeEmail } from './email.js';
import type { WorkspaceCommand } from './workspace.commands.js';
import type { WorkspaceEvent } from './workspace.events.js';

/**
 * Whether the events that a command recorded may be what this one leads to.
 *
 * Whom the sender of a command about a member meant is found among the people there are at that moment, and may have
 * been somebody invited the first time: of these commands only the kind is compared.
 */
export function isOutcome(command: WorkspaceCommand, events: readonly WorkspaceEvent[]): boolean {
  return events.some((event) => mayCome(command, event));
}

function mayCome({ type, data }: WorkspaceCommand, event: WorkspaceEvent): boolean {
  switch (type) {
    case 'CreateWorkspace':
      return event.type === 'WorkspaceCreated';
    case 'UpdateWorkspace':
      return (
        event.type === 'WorkspaceRenamed' &&
        (data.displayName === undefined || event.data.displayName === data.displayName)
      );
    case 'DeleteWorkspace':
      return event.type === 'WorkspaceDeleted';
    case 'InviteMember':
      return (
        (event.type === 'MemberInvited' && event.data.email === normalizeEmail(data.email)) ||
        (event.type === 'MemberRoleChanged' && event.data.role === data.role)
      );
    case 'AcceptInvitation':
      return event.type === 'MemberAdded' || event.type === 'InvitationRevoked';
    case 'AddMember':
      return event.type === 'MemberAdded' && event.data.principal === data.principal && event.data.role === data.role;
    case 'ChangeMemberRole':
      return (event.type === 'MemberRoleChanged' || event.type === 'MemberInvited') && event.data.role === data.role;
    case 'RemoveMember':
    case 'RevokeInvitation':
      return event.type === 'MemberRemoved' || event.type === 'InvitationRevoked';
    case 'CreateServiceAccount':
      return event.type === 'ServiceAccountCreated' && event.data.name === data.name;
    case 'UpdateServiceAccount':
      return event.type === 'ServiceAccountUpdated' && event.data.clientId === data.clientId;
    case 'DeleteServiceAccount':
      return event.type === 'ServiceAccountDeleted' && event.data.clientId === data.clientId;
    case 'IssueApiKey':
      return event.type === 'ApiKeyIssued' && event.data.clientId === data.clientId && event.data.name === data.name;
    case 'RevokeApiKey':
      return event.type === 'ApiKeyRevoked' && event.data.keyId === data.keyId;
  }
}
