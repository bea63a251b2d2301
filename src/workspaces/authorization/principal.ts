import { serviceAccountPrincipal, userPrincipal } from '../domain/principal-name.js';

/** Who acts. */
export type Principal =
  /** Holder of the operator key: may do everything. */
  | { readonly kind: 'operator' }
  | {
      readonly kind: 'user';
      readonly sub: string;
      /** Verified by the identity provider, in its normalized form. */
      readonly email?: string;
    }
  | {
      readonly kind: 'service-account';
      readonly clientId: string;
      /** It may send commands in the name of other members of the workspaces it is an admin of. */
      readonly mayActForOthers: boolean;
    };

export const operator: Principal = { kind: 'operator' };

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
