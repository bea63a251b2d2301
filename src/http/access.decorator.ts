import { SetMetadata } from '@nestjs/common';
import type { CustomDecorator } from '@nestjs/common';

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

export const accessRuleKey = 'tagalong:access';

/** Declares who may call a route. Every route must: one without is refused to everybody. */
export function Access(level: AccessLevel, options: Omit<AccessRule, 'level'> = {}): CustomDecorator {
  const rule: AccessRule = { level, ...options };
  return SetMetadata(accessRuleKey, rule);
}
