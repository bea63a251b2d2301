import { Refusal } from '../http/refusal.js';
import type { AccessDirectory, ServiceAccountView } from './authorization/access-directory.js';
import { workspaceRejection } from './domain/workspace.rejections.js';

/** A living service account of this workspace. @throws Refusal, the same for one of another workspace and for none at all */
export async function requireServiceAccount(
  directory: Pick<AccessDirectory, 'serviceAccount'>,
  workspace: string,
  clientId: string,
): Promise<ServiceAccountView> {
  const account = await directory.serviceAccount(clientId);
  if (account?.workspace === workspace) return account;
  throw new Refusal(
    workspaceRejection('service-account-not-found', `Workspace ${workspace} has no service account ${clientId}.`),
  );
}
