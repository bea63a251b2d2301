import type { Rejection } from '../../event-sourcing/decider.js';
import type { RejectionCategory } from '../../vocabulary/rejection-category.js';

/** Every reason an account gives for not obeying a command, and what kind of no it is. */
export const accountRejections = {
  'account-exists': 'conflict',
  'account-not-found': 'not-found',
  'invalid-email': 'invalid',
} as const satisfies Readonly<Record<string, RejectionCategory>>;

export type AccountRejectionCode = keyof typeof accountRejections;

export interface AccountRejection extends Rejection {
  readonly code: AccountRejectionCode;
  readonly category: RejectionCategory;
}

/** The rejection of this code with a sentence that names the thing at fault. */
export function accountRejection(code: AccountRejectionCode, message: string): AccountRejection {
  return { code, message, category: accountRejections[code] };
}
