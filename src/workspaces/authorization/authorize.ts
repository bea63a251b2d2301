import type { Rejection } from '../../event-sourcing/decider.js';
import type { RejectionCategory } from '../../vocabulary/rejection-category.js';
import { parsePrincipal } from '../domain/principal-name.js';
import type { Role } from '../domain/workspace.events.js';
import type { AccessDirectory } from './access-directory.js';
import { principalName } from './principal.js';
import type { Operator, Principal } from './principal.js';

/** Every reason why a principal may not do something, and what kind of no it is. */
export const authorizationRejections = {
  'workspace-forbidden': 'forbidden',
  'admin-required': 'forbidden',
  'operator-required': 'forbidden',
  'may-not-act-for-others': 'forbidden',
  'workspace-not-found': 'not-found',
  'invalid-principal': 'invalid',
} as const satisfies Readonly<Record<string, RejectionCategory>>;

export type AuthorizationRejectionCode = keyof typeof authorizationRejections;

export interface AuthorizationRejection extends Rejection {
  readonly code: AuthorizationRejectionCode;
  readonly category: RejectionCategory;
}

export type Authorization<T> =
  ({ readonly kind: 'granted' } & T) | { readonly kind: 'refused'; readonly rejection: AuthorizationRejection };

/**
 * Whether the principal has at least this role in the workspace.
 *
 * Who is no member gets the very same answer whether the workspace exists or not; only the operator
 * is told that it does not.
 */
export async function authorize(
  directory: Pick<AccessDirectory, 'roleOf'>,
  principal: Principal,
  workspace: string,
  needed: Role,
): Promise<Authorization<{ readonly role: Role }>> {
  const role = await directory.roleOf(principal, workspace);
  if (role === 'admin' || (role === 'member' && needed === 'member')) return { kind: 'granted', role };
  if (role === 'member') {
    return refuse(
      'admin-required',
      `This takes an admin of workspace ${workspace}; ${principalName(principal)} is a member.`,
    );
  }
  if (principal.kind === 'operator') return refuse('workspace-not-found', `There is no workspace ${workspace}.`);
  return refuse('workspace-forbidden', `No workspace ${workspace} is open to ${principalName(principal)}.`);
}

/** Whether the principal is the operator. */
export function authorizeOperator(principal: Principal): Authorization<{ readonly operator: Operator }> {
  if (principal.kind === 'operator') return { kind: 'granted', operator: principal };
  return refuse('operator-required', `This takes the operator; ${principalName(principal)} is not.`);
}

/**
 * The principal in whose name a sender acts. What it may do then is what both may: see
 * {@link AccessDirectory.roleOf}. To act in one's own name is always allowed.
 */
export function authorizeActingFor(sender: Principal, name: string): Authorization<{ readonly principal: Principal }> {
  if (name === principalName(sender)) return { kind: 'granted', principal: sender };
  if (sender.kind === 'user' || (sender.kind === 'service-account' && !sender.mayActForOthers)) {
    return refuse('may-not-act-for-others', `${principalName(sender)} may not act for ${name}.`);
  }
  const represented = parsePrincipal(name);
  if (represented === undefined) {
    return refuse(
      'invalid-principal',
      `Nobody can act for "${name}"; a principal is user:SUB or service-account:CLIENTID.`,
    );
  }
  switch (represented.kind) {
    case 'user':
      return { kind: 'granted', principal: { ...represented, actor: sender } };
    case 'service-account':
      return { kind: 'granted', principal: { ...represented, mayActForOthers: false, actor: sender } };
  }
}

function refuse(
  code: AuthorizationRejectionCode,
  message: string,
): { readonly kind: 'refused'; readonly rejection: AuthorizationRejection } {
  return { kind: 'refused', rejection: { code, message, category: authorizationRejections[code] } };
}
