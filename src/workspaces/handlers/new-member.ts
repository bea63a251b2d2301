import type { HandlerRejection } from '../../command-bus/command-definition.js';
import type { NewMember } from './member.handlers.js';

/** Whom a client wants to have in a workspace, in the three ways of saying it. */
export interface MemberWish {
  readonly sub?: string | undefined;
  readonly email?: string | undefined;
  readonly serviceAccount?: string | undefined;
}

/** Someone to add at once, or an address to invite. */
export type Newcomer =
  | { readonly kind: 'member'; readonly member: NewMember }
  | { readonly kind: 'invitation'; readonly email: string }
  | { readonly kind: 'rejected'; readonly rejection: HandlerRejection };

/** One of `sub` (with the e-mail address to show, perhaps), `serviceAccount` or `email`. */
export function newcomerOf({ sub, email, serviceAccount }: MemberWish): Newcomer {
  if (sub !== undefined && serviceAccount === undefined) {
    return { kind: 'member', member: { sub, ...(email !== undefined && { email }) } };
  }
  if (serviceAccount !== undefined && sub === undefined && email === undefined) {
    return { kind: 'member', member: { clientId: serviceAccount } };
  }
  if (email !== undefined && serviceAccount === undefined) return { kind: 'invitation', email };
  return {
    kind: 'rejected',
    rejection: {
      code: 'invalid-input',
      category: 'invalid',
      message: 'Name one person or machine: by email to invite, by sub, or by serviceAccount.',
    },
  };
}
