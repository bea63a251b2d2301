/**
 * Who may call a route.
 *
 * - `public`: anybody.
 * - `authenticated`: whoever has a valid credential.
 * - `member`, `admin`: who holds that role in the workspace the request names; the operator holds every role.
 * - `operator`: the operator only.
 */
export type AccessLevel = 'public' | 'authenticated' | 'member' | 'admin' | 'operator';

export interface AccessRule {
  readonly level: AccessLevel;
  /** The path parameter that names the workspace, for routes about a workspace itself. Default: header or query. */
  readonly workspaceParam?: string;
  /** For what outlives workspaces: the operator may name a deleted workspace, or none and mean all of them. */
  readonly operatorSeesAll?: boolean;
}
