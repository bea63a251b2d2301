import { serviceAccountPrincipal, userPrincipal } from '../domain/principal-name.js';

export interface Operator {
  readonly kind: 'operator';
}

export interface ServiceAccountPrincipal {
  readonly kind: 'service-account';
  readonly clientId: string;
  /** It may send commands in the name of other members of the workspaces it is an admin of. */
  readonly mayActForOthers: boolean;
  /** Who really sends, when another one acts for this principal. */
  readonly actor?: Actor;
}

export interface UserPrincipal {
  readonly kind: 'user';
  readonly sub: string;
  /** Verified by the identity provider, in its normalized form. */
  readonly email?: string;
  /** Who really sends, when another one acts for this principal. */
  readonly actor?: Actor;
}

/** Who may act for others. */
export type Actor = Operator | ServiceAccountPrincipal;

/** Who acts. The operator is the holder of the operator key and may do everything. */
export type Principal = Operator | UserPrincipal | ServiceAccountPrincipal;

export const operator: Operator = { kind: 'operator' };

/** The name under which a principal is a member, acts and is put on record: `operator`, `user:SUB` or `service-account:CLIENTID`. */
export function principalName(principal: Principal): string {
  switch (principal.kind) {
    case 'operator':
      return 'operator';
    case 'user':
      return userPrincipal(principal.sub);
    case 'service-account':
      return serviceAccountPrincipal(principal.clientId);
  }
}

/** Who really sends, when that is not the principal itself. */
export function actorOf(principal: Principal): Actor | undefined {
  return principal.kind === 'operator' ? undefined : principal.actor;
}
