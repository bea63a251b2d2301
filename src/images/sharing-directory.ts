import type { SharingPolicy } from '../workspaces/domain/account.events.js';
import type { Role } from '../workspaces/domain/workspace.events.js';
import type { Principal } from '../workspaces/authorization/principal.js';

/** What images needs to know of people and workspaces before it asks a slot. */
export interface SharingDirectory {
  /** The caller's role; the operator is an admin everywhere. `undefined` for outsiders and unknown workspaces alike. */
  roleOf(principal: Principal, workspace: string): Promise<Role | undefined>;
  /** The account of a workspace; `undefined` when there is none of that name. */
  accountOf(workspace: string): Promise<string | undefined>;
  sharingPolicyOf(accountId: string): Promise<SharingPolicy>;
}
