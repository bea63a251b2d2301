import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import { compileValidation } from './compiled-validation.js';
import type { CompiledValidation } from './compiled-validation.js';
import type { FieldFault } from './refusal.js';
import { invalidInput } from './refusal.js';

const compiled = new WeakMap<object, CompiledValidation<object> | 'none'>();

/**
 * Checks a plain value against the decorators of a class. A `null` counts as absent. No text may hold the character
 * NUL, which not every database can keep.
 *
 * @throws Refusal naming every field at fault; fields the class does not have are refused too
 */
export function validated<T extends object>(type: new () => T, plain: unknown): T {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    throw invalidInput('invalid-input', 'The input must be a JSON object.');
  }
  const given = withoutNulls(plain);
  const passed = compiledFor(type)?.(given);
  return passed instanceof type ? passed : validatedInFull(type, given);
}

/** The same by class-validator itself, which names every fault. */
export function validatedInFull<T extends object>(type: new () => T, plain: Readonly<Record<string, unknown>>): T {
  refuseTraps(plain, 0);
  const instance = plainToInstance(type, plain);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  if (errors.length > 0) throw invalidFields(errors.flatMap((error) => faultsOf(error, '')));
  return instance;
}

function compiledFor(type: new () => object): CompiledValidation<object> | undefined {
  let found = compiled.get(type);
  if (found === undefined) {
    found = compileValidation(type) ?? 'none';
    compiled.set(type, found);
  }
  return found === 'none' ? undefined : found;
}

function withoutNulls(plain: object): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(plain)) {
    // Assigned, it would become what the object inherits, and pass for fields that were never checked.
    if (key === '__proto__') throw reservedName(key);
    if (typeof value === 'string' && value.includes('\0')) throw holdsNul(shortened(key));
    if (value !== null) given[key] = value;
  }
  return given;
}

function holdsNul(field: string): Error {
  return invalidFields([{ field, message: `${field} must not hold the character NUL` }]);
}

/** Names that mean something to the language itself: class-transformer would take their values for classes. */
const reservedNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const deepestNesting = 16;

function refuseTraps(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > deepestNesting) {
    throw invalidInput('invalid-input', `The input is nested more than ${deepestNesting} levels deep.`);
  }
  for (const [name, item] of Object.entries(value)) {
    if (reservedNames.has(name)) throw reservedName(name);
    refuseTraps(item, depth + 1);
  }
}

function reservedName(name: string): Error {
  return invalidInput('invalid-input', `${name} cannot be the name of anything here.`);
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
