import { defineCommand } from '../../command-bus/command-definition.js';
import type { CommandAnswer, CommandDefinition } from '../../command-bus/command-definition.js';
import type { AccessHandlers } from '../handlers/access-handlers.js';
import { newcomerOf } from '../handlers/new-member.js';
import { keyShownBefore } from '../service-accounts.view.js';
import { ChangeSharingPolicyDto, OpenAccountDto } from './account-commands.dto.js';
import {
  CreateServiceAccountDto,
  DeleteServiceAccountDto,
  IssueApiKeyDto,
  RevokeApiKeyDto,
  UpdateServiceAccountDto,
} from './service-account-commands.dto.js';
import {
  AddMemberDto,
  ChangeMemberRoleDto,
  CreateWorkspaceDto,
  DeleteWorkspaceDto,
  InviteMemberDto,
  RemoveMemberDto,
  RevokeInvitationDto,
  UpdateWorkspaceDto,
} from './workspace-commands.dto.js';

/** The commands about accounts, workspaces, people and keys, as the bus takes them. */
export function accessCommandDefinitions(handlers: AccessHandlers): readonly CommandDefinition[] {
  return [...accountCommands(handlers), ...memberCommands(handlers), ...serviceAccountCommands(handlers)];
}

function accountCommands({ accounts, workspaces }: AccessHandlers): readonly CommandDefinition[] {
  return [
    defineCommand('OpenAccount', OpenAccountDto, async (payload, request) => {
      const { accountId, ...outcome } = await accounts.open(payload, request);
      return withResult(outcome, { accountId });
    }),
    defineCommand('ChangeSharingPolicy', ChangeSharingPolicyDto, (payload, request) =>
      accounts.changeSharingPolicy(payload, request),
    ),
    defineCommand('CreateWorkspace', CreateWorkspaceDto, (payload, request) => workspaces.create(payload, request)),
    defineCommand('UpdateWorkspace', UpdateWorkspaceDto, (payload, request) => workspaces.update(payload, request)),
    defineCommand('DeleteWorkspace', DeleteWorkspaceDto, (payload, request) => workspaces.delete(payload, request)),
  ];
}

function memberCommands({ members }: AccessHandlers): readonly CommandDefinition[] {
  return [
    defineCommand('InviteMember', InviteMemberDto, ({ workspace, email, role = 'member' }, request) =>
      members.invite({ workspace, email, role }, request),
    ),
    defineCommand('RevokeInvitation', RevokeInvitationDto, (payload, request) =>
      members.revokeInvitation(payload, request),
    ),
    defineCommand('AddMember', AddMemberDto, async ({ workspace, role = 'member', ...wish }, request) => {
      const newcomer = newcomerOf(wish);
      switch (newcomer.kind) {
        case 'member':
          return members.add({ workspace, role, member: newcomer.member }, request);
        case 'invitation':
          return members.invite({ workspace, role, email: newcomer.email }, request);
        case 'rejected':
          return newcomer;
      }
    }),
    defineCommand('ChangeMemberRole', ChangeMemberRoleDto, (payload, request) => members.changeRole(payload, request)),
    defineCommand('RemoveMember', RemoveMemberDto, (payload, request) => members.remove(payload, request)),
  ];
}

function serviceAccountCommands({ serviceAccounts, apiKeys }: AccessHandlers): readonly CommandDefinition[] {
  return [
    defineCommand('CreateServiceAccount', CreateServiceAccountDto, async (payload, request) => {
      const { workspace, name, description = '', role = 'member', mayActForOthers = false } = payload;
      const data = { workspace, name, description, role, mayActForOthers };
      const { clientId, ...outcome } = await serviceAccounts.create(data, request);
      return withResult(outcome, { clientId });
    }),
    defineCommand('UpdateServiceAccount', UpdateServiceAccountDto, (payload, request) =>
      serviceAccounts.update(payload, request),
    ),
    defineCommand('DeleteServiceAccount', DeleteServiceAccountDto, (payload, request) =>
      serviceAccounts.delete(payload, request),
    ),
    defineCommand('IssueApiKey', IssueApiKeyDto, async ({ name = '', ...payload }, request) => {
      const { keyId, apiKey, ...outcome } = await apiKeys.issue({ ...payload, name }, request);
      return withResult(outcome, { keyId, ...(apiKey === undefined ? { message: keyShownBefore } : { apiKey }) });
    }),
    defineCommand('RevokeApiKey', RevokeApiKeyDto, (payload, request) => apiKeys.revoke(payload, request)),
  ];
}

function withResult(outcome: CommandAnswer, result: Readonly<Record<string, unknown>>): CommandAnswer {
  return outcome.kind === 'rejected' ? outcome : { ...outcome, result };
}
