import { normalizeEmail } from '../domain/email.js';
import { parsePrincipal, serviceAccountPrincipal, userPrincipal } from '../domain/principal-name.js';
import type { Invitation, WorkspaceState } from '../domain/workspace.state.js';

/** Whom a text means in a workspace. */
export type FoundMember =
  | { readonly kind: 'member'; readonly principal: string }
  | { readonly kind: 'invited'; readonly email: string; readonly invitation: Invitation };

/**
 * The member or invitation that a `sub`, a client id, a principal's name or an e-mail address means, tried in this
 * order. Who is not found is taken for a user, so that the workspace itself says that there is no such member.
 */
export function findMember(state: WorkspaceState, text: string): FoundMember {
  const user = userPrincipal(text);
  if (state.kind !== 'active') return { kind: 'member', principal: user };
  const principal = [user, serviceAccountPrincipal(text), text].find((name) => state.members.has(name));
  if (principal !== undefined) return { kind: 'member', principal };
  const email = normalizeEmail(text);
  const known = state.members.findKey((member) => member.email === email);
  if (known !== undefined) return { kind: 'member', principal: known };
  const invitation = state.invitations.get(email);
  if (invitation !== undefined) return { kind: 'invited', email, invitation };
  return { kind: 'member', principal: parsePrincipal(text) === undefined ? user : text };
}
