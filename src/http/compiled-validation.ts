import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { TransformationType } from 'class-transformer';
import { ValidationTypes, getMetadataStorage } from 'class-validator';
import type { ValidationArguments, ValidatorConstraintInterface } from 'class-validator';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown, object: Fields) => boolean;

/**
 * Answers the instance of a class when a plain object passes every rule of it, and `undefined` when it does not or
 * when that takes more than is compiled here. Whoever gets `undefined` asks class-validator itself, which names the
 * fault.
 */
export type CompiledValidation<T> = (plain: Fields) => T | undefined;

/**
 * Compiles the class-validator rules of a class into one pass over the properties.
 *
 * The rules run are the very functions of the decorators. What class-validator adds around them on every call (looking
 * up metadata, grouping it by property, collecting errors) is done once, here. Answers `undefined` for a class whose
 * rules cannot be run this way: nested or asynchronous ones, and transformations.
 */
export function compileValidation<T extends object>(type: new () => T): CompiledValidation<T> | undefined {
  const byProperty = rulesByProperty(type);
  if (byProperty === undefined) return undefined;

  return (plain) => {
    for (const key in plain) {
      const value = plain[key];
      if (!byProperty.has(key) || !isFlat(value)) return undefined;
    }
    for (const [property, checks] of byProperty) {
      const value = plain[property];
      for (const check of checks) if (!check(value, plain)) return undefined;
    }
    return Object.assign(new type(), plain);
  };
}

/** Values that a transformation would copy as they are. */
function isFlat(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null);
}

function rulesByProperty(type: new () => object): ReadonlyMap<string, readonly Check[]> | undefined {
  const metadatas = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const conditions = new Map<string, Check[]>();
  const rules = new Map<string, Check[]>();
  for (const metadata of metadatas) {
    const { propertyName } = metadata;
    if (isTransformed(type, propertyName) || metadata.validateIf !== undefined || hasGroups(metadata)) return undefined;
    if (!rules.has(propertyName)) rules.set(propertyName, []);
    switch (metadata.type) {
      case ValidationTypes.WHITELIST:
        break;
      case ValidationTypes.CONDITIONAL_VALIDATION:
        push(conditions, propertyName, conditionOf(metadata.constraints));
        break;
      case ValidationTypes.CUSTOM_VALIDATION: {
        const checks = checksOf(metadata.constraintCls, metadata.constraints, metadata.each, propertyName, type.name);
        if (checks === undefined) return undefined;
        push(rules, propertyName, ...checks);
        break;
      }
      default:
        return undefined;
    }
  }
  return new Map([...rules].map(([property, checks]) => [property, guarded(conditions.get(property) ?? [], checks)]));
}

/** Nested rules come without the list that the type promises. */
function hasGroups({ groups }: { readonly groups?: readonly string[] }): boolean {
  return groups !== undefined && groups.length > 0;
}

/** Rules of a property apply only while all its conditions hold. */
function guarded(conditions: readonly Check[], checks: readonly Check[]): readonly Check[] {
  if (conditions.length === 0) return checks;
  return [
    (value, object) =>
      conditions.some((holds) => !holds(value, object)) || checks.every((check) => check(value, object)),
  ];
}

function conditionOf([condition]: readonly unknown[]): Check {
  if (!isCondition(condition)) throw new TypeError('a condition of class-validator is not a function');
  return (value, object) => condition(object, value);
}

function isCondition(found: unknown): found is (object: unknown, value: unknown) => boolean {
  return typeof found === 'function';
}

function checksOf(
  constraintClass: object,
  constraints: unknown[],
  each: boolean,
  property: string,
  targetName: string,
): readonly Check[] | undefined {
  if (typeof constraintClass !== 'function') return undefined;
  const found = getMetadataStorage().getTargetValidatorConstraints(constraintClass);
  if (found.length === 0 || found.some(({ async }) => async)) return undefined;
  return found.map(({ instance }) => checkWith(instance, constraints, each, property, targetName));
}

function checkWith(
  constraint: ValidatorConstraintInterface,
  constraints: unknown[],
  each: boolean,
  property: string,
  targetName: string,
): Check {
  const passes = (value: unknown, object: Fields): boolean => {
    const given: ValidationArguments = { value, object, property, constraints, targetName };
    return constraint.validate(value, given) === true;
  };
  if (!each) return passes;
  return (value, object) => Array.isArray(value) && value.every((item) => passes(item, object));
}

function isTransformed(type: new () => object, property: string): boolean {
  const direction = TransformationType.PLAIN_TO_CLASS;
  return (
    defaultMetadataStorage.getStrategy(type) !== 'none' ||
    [
      defaultMetadataStorage.findTypeMetadata(type, property),
      defaultMetadataStorage.findExposeMetadata(type, property),
    ].some(Boolean) ||
    defaultMetadataStorage.findTransformMetadatas(type, property, direction).length > 0
  );
}

function push(into: Map<string, Check[]>, property: string, ...checks: readonly Check[]): void {
  into.set(property, [...(into.get(property) ?? []), ...checks]);
}
