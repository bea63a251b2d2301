import { alreadySo, events, rejected } from '../../event-sourcing/decider.js';
import { canonicalInstant } from './instant.js';
import { lastAdminFault, memberData } from './membership.rules.js';
import { isClientId, serviceAccountPrincipal } from './principal-name.js';
import type {
  CreateServiceAccount,
  DeleteServiceAccount,
  IssueApiKey,
  RevokeApiKey,
  UpdateServiceAccount,
} from './workspace.commands.js';
import type { WorkspaceDecision } from './workspace.decision.js';
import type { WorkspaceEvent } from './workspace.events.js';
import { workspaceRejection } from './workspace.rejections.js';
import type { WorkspaceRejection } from './workspace.rejections.js';
import type { ActiveWorkspace, ServiceAccount } from './workspace.state.js';

const keyIdPattern = /^[A-Za-z0-9]{8,32}$/;
const hashPattern = /^[a-f0-9]{64}$/;
const publicKeyPattern = /^[A-Za-z0-9_-]{43}$/;

export function createServiceAccount(command: CreateServiceAccount, state: ActiveWorkspace): WorkspaceDecision {
  const { workspace, clientId, name, description, role, mayActForOthers } = command;
  if (!isClientId(clientId)) {
    return rejected(
      workspaceRejection(
        'invalid-client-id',
        `"${clientId}" is no client id; one is sa_ and 1 to 60 letters or digits.`,
      ),
    );
  }
  const present = state.serviceAccounts.get(clientId);
  if (present !== undefined) {
    if (isSameServiceAccount(command, present)) return alreadySo;
    return rejected(
      workspaceRejection(
        'service-account-exists',
        `The client id ${clientId} is already used in workspace ${workspace} and is not given twice.`,
      ),
    );
  }
  return events<WorkspaceEvent>(
    { type: 'ServiceAccountCreated', data: { clientId, name, description, mayActForOthers } },
    { type: 'MemberAdded', data: memberData(serviceAccountPrincipal(clientId), role, undefined) },
  );
}

function isSameServiceAccount(command: CreateServiceAccount, present: ServiceAccount): boolean {
  return (
    !present.deleted &&
    present.name === command.name &&
    present.description === command.description &&
    present.mayActForOthers === command.mayActForOthers
  );
}

export function updateServiceAccount(command: UpdateServiceAccount, state: ActiveWorkspace): WorkspaceDecision {
  const { clientId } = command;
  const present = state.serviceAccounts.get(clientId);
  if (present === undefined || present.deleted) return rejected(serviceAccountNotFound(command));
  const name = command.name ?? present.name;
  const description = command.description ?? present.description;
  if (name === present.name && description === present.description) return alreadySo;
  return events<WorkspaceEvent>({ type: 'ServiceAccountUpdated', data: { clientId, name, description } });
}

export function deleteServiceAccount(command: DeleteServiceAccount, state: ActiveWorkspace): WorkspaceDecision {
  const { clientId } = command;
  const present = state.serviceAccounts.get(clientId);
  if (present === undefined) return rejected(serviceAccountNotFound(command));
  if (present.deleted) return alreadySo;
  const principal = serviceAccountPrincipal(clientId);
  const fault = lastAdminFault(command, principal, state);
  if (fault !== undefined) return rejected(fault);
  const deleted = { type: 'ServiceAccountDeleted', data: { clientId } } as const;
  if (!state.members.has(principal)) return events<WorkspaceEvent>(deleted);
  return events<WorkspaceEvent>(deleted, { type: 'MemberRemoved', data: { principal } });
}

export function issueApiKey(command: IssueApiKey, state: ActiveWorkspace): WorkspaceDecision {
  const { keyId, clientId, name, hash, publicKey } = command;
  if (
    !keyIdPattern.test(keyId) ||
    !hashPattern.test(hash) ||
    !(publicKey === undefined || publicKeyPattern.test(publicKey))
  ) {
    return rejected(
      workspaceRejection(
        'invalid-key',
        `Key "${keyId}" cannot be issued; a key id is 8 to 32 letters or digits, a hash 64 lower-case hex characters, a public key 43 of base64url.`,
      ),
    );
  }
  const account = state.serviceAccounts.get(clientId);
  if (account === undefined || account.deleted) return rejected(serviceAccountNotFound(command));
  const present = state.keys.get(keyId);
  if (present !== undefined) {
    if (present.clientId === clientId && present.hash === hash && !present.revoked) return alreadySo;
    return rejected(
      workspaceRejection('key-exists', `The key id ${keyId} is already used in workspace ${command.workspace}.`),
    );
  }
  const data = { keyId, clientId, name, hash, ...(publicKey !== undefined && { publicKey }) };
  if (command.expiresAt === undefined) return events<WorkspaceEvent>({ type: 'ApiKeyIssued', data });
  const expiresAt = canonicalInstant(command.expiresAt);
  if (expiresAt === undefined) {
    return rejected(
      workspaceRejection('invalid-expiry', `The expiry "${command.expiresAt}" of key ${keyId} is no RFC 3339 time.`),
    );
  }
  return events<WorkspaceEvent>({ type: 'ApiKeyIssued', data: { ...data, expiresAt } });
}

export function revokeApiKey(command: RevokeApiKey, state: ActiveWorkspace): WorkspaceDecision {
  const { keyId, clientId } = command;
  const present = state.keys.get(keyId);
  if (present?.clientId !== clientId) {
    return rejected(workspaceRejection('key-not-found', `Service account ${clientId} has no key ${keyId}.`));
  }
  if (present.revoked) return alreadySo;
  return events<WorkspaceEvent>({ type: 'ApiKeyRevoked', data: { keyId, clientId } });
}

function serviceAccountNotFound(command: {
  readonly workspace: string;
  readonly clientId: string;
}): WorkspaceRejection {
  return workspaceRejection(
    'service-account-not-found',
    `Workspace ${command.workspace} has no service account ${command.clientId}.`,
  );
}
