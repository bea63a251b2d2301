import { normalizeEmail } from '../domain/email.js';
import { parsePrincipal, serviceAccountPrincipal, userPrincipal } from '../domain/principal-name.js';

/** The people and machines of a workspace. */
export interface People {
  /** The e-mail address of each member that has one, by principal. */
  readonly members: ReadonlyMap<string, string | undefined>;
  /** When each open invitation expires, by e-mail address. */
  readonly invitations: ReadonlyMap<string, string>;
}

/** Whom a text means in a workspace. */
export type FoundMember =
  | { readonly kind: 'member'; readonly principal: string }
  | { readonly kind: 'invited'; readonly email: string; readonly expiresAt: string };

/**
 * The member or invitation that a `sub`, a client id, a principal's name or an e-mail address means, tried in this
 * order. Who is not found is taken for a user, so that the workspace itself says that there is no such member.
 */
export function findMember({ members, invitations }: People, text: string): FoundMember {
  const user = userPrincipal(text);
  const named = [user, serviceAccountPrincipal(text), text].find((name) => members.has(name));
  if (named !== undefined) return { kind: 'member', principal: named };
  const email = normalizeEmail(text);
  for (const [principal, address] of members) if (address === email) return { kind: 'member', principal };
  const expiresAt = invitations.get(email);
  if (expiresAt !== undefined) return { kind: 'invited', email, expiresAt };
  return { kind: 'member', principal: parsePrincipal(text) === undefined ? user : text };
}
