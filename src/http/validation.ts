import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import type { FieldFault } from './refusal.js';
import { invalidInput } from './refusal.js';

/**
 * Checks a plain value against the decorators of a class.
 *
 * @throws Refusal naming every field at fault; fields the class does not have are refused too
 */
export function validated<T extends object>(type: new () => T, plain: unknown): T {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    throw invalidInput('invalid-input', 'The input must be a JSON object.');
  }
  const instance = plainToInstance(type, plain);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  if (errors.length > 0) throw invalidFields(errors.flatMap((error) => faultsOf(error, '')));
  return instance;
}

/** A refusal whose sentence names the first field at fault and whose details name all. */
export function invalidFields(faults: readonly FieldFault[]): Error {
  const [first, ...more] = faults;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return invalidInput('invalid-input', `${first?.message ?? 'The input is not valid'}${others}.`, faults);
}

/** Flattens class-validator's tree into one line per fault. */
export function faultsOf(error: ValidationError, prefix: string): FieldFault[] {
  const field = `${prefix}${shortened(error.property)}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    field,
    message: rule === 'whitelistValidation' ? `${field} is not a known field` : message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, `${field}.`))];
}

/** Hostile field names are not echoed at length. */
function shortened(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}
