import type { Rejection } from '../event-sourcing/decider.js';
import type { RejectionCategory } from '../vocabulary/rejection-category.js';

/** What kind of no an answer is; decides the HTTP status. The last three are said by the door itself. */
export type RefusalCategory = RejectionCategory | 'unauthenticated' | 'too-large' | 'rate-limited';

/** A rejection with its category, as every handler answers it. */
export interface CategorizedRejection extends Rejection {
  readonly category: RefusalCategory;
}

/** What was wrong with one field of the input. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** Carries a rejection from a controller to the error filter. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly rejection: CategorizedRejection,
    readonly details?: readonly FieldFault[],
  ) {
    super(rejection.message);
  }
}

/** A refusal of input, naming each field at fault. */
export function invalidInput(code: string, message: string, details?: readonly FieldFault[]): Refusal {
  return new Refusal({ code, message, category: 'invalid' }, details);
}
